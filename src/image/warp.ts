import { roundHalfEven } from './round-half-even.js';

/**
 * Scaling about the top left corner as an affine warp with bilinear interpolation and zeros outside: how rembg brings
 * pictures into SAM's frame and its masks back. No smoothing where it shrinks, so it is no `resample`.
 *
 * `scipy-linear`: scipy.ndimage.map_coordinates of order 1, in double precision, nothing beyond the centre of the last
 * pixel. `opencv-linear`: cv2.warpAffine, whose positions are rounded to 1/32 of a pixel and whose 8-bit weights are
 * whole numbers of 1/1024. Both checked against the originals (npm run parity).
 */
export type WarpKind = 'scipy-linear' | 'opencv-linear';

/** For each output position the input position before it and the share of the one after it; -1: outside. */
interface Taps {
  readonly first: Int32Array;
  readonly share: Float64Array;
}

/** An 8-bit picture of `channels` channels scaled by `scale`, at the top left of a `toWidth` x `toHeight` frame. */
export function warpBytes(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  scale: number,
  toWidth: number,
  toHeight: number,
  kind: WarpKind,
): Uint8Array {
  const out = new Uint8Array(toWidth * toHeight * channels);
  // Half a level more rounds, nothing more truncates as numpy's cast does. The sum has ten fractional bits or is exact.
  const half = kind === 'opencv-linear' ? 0.5 : 0;
  warpInto(
    out,
    data,
    width,
    channels,
    tapsOf(width, toWidth, scale, kind),
    tapsOf(height, toHeight, scale, kind),
    half,
  );
  return out;
}

/** A map of numbers, likewise. */
export function warpFloats(
  data: Float32Array,
  width: number,
  height: number,
  scale: number,
  toWidth: number,
  toHeight: number,
  kind: WarpKind,
): Float32Array {
  const out = new Float32Array(toWidth * toHeight);
  warpInto(
    out,
    data,
    width,
    1,
    tapsOf(width, toWidth, scale, kind),
    tapsOf(height, toHeight, scale, kind),
    0,
  );
  return out;
}

/** @param more is added to every value before it is stored. */
function warpInto<T extends Uint8Array | Float32Array>(
  out: T,
  data: T,
  width: number,
  channels: number,
  columns: Taps,
  rows: Taps,
  more: number,
): void {
  const toWidth = columns.first.length;
  const height = data.length / width / channels;
  for (const [y, above] of rows.first.entries()) {
    if (above < 0) continue;
    const b = rows.share[y];
    const hasBelow = above + 1 < height;
    for (let x = 0; x < toWidth; x++) {
      const left = columns.first[x];
      if (left < 0) continue;
      const a = columns.share[x];
      const hasRight = left + 1 < width;
      const p = (above * width + left) * channels;
      const o = (y * toWidth + x) * channels;
      for (let c = 0; c < channels; c++) {
        const here = p + c;
        let value = data[here] * (1 - b) * (1 - a);
        if (hasRight) value += data[here + channels] * (1 - b) * a;
        if (hasBelow) {
          const below = here + width * channels;
          value += data[below] * b * (1 - a);
          if (hasRight) value += data[below + channels] * b * a;
        }
        out[o + c] = value + more;
      }
    }
  }
}

function tapsOf(from: number, to: number, scale: number, kind: WarpKind): Taps {
  const first = new Int32Array(to).fill(-1);
  const share = new Float64Array(to);
  // The orders of operations are the originals'.
  const inverse = kind === 'opencv-linear' ? scale * (1 / (scale * scale)) : 1 / scale;
  for (let i = 0; i < to; i++) {
    if (kind === 'scipy-linear') {
      const position = inverse * i;
      if (position > from - 1) break;
      first[i] = Math.floor(position);
      share[i] = position - first[i];
    } else {
      const thirtySeconds = (roundHalfEven(inverse * i * 1024) + 16) >> 5;
      const whole = thirtySeconds >> 5;
      if (whole >= from) break;
      first[i] = whole;
      share[i] = (thirtySeconds & 31) / 32;
    }
  }
  return { first, share };
}
