import { complement, countBits, emptyBits, forEachRun, type BitMask } from '../../image/bit-mask.js';
import { setRange } from '../../image/erode-square.js';

/** The pixels near a mask's contour, for each of a few radii. */
export interface BoundaryBand {
  readonly pixels: number;
  readonly mask: BitMask;
}

const STEPS = 5;

/** The radii of BiRefNet's boundary accuracy: five from 1 to about (width + height) / 300, truncated, at least 1. */
export function boundaryRadii(width: number, height: number): readonly number[] {
  const largest = (width + height) / 300;
  return Array.from({ length: STEPS }, (_, i) => 1 + Math.trunc(((largest - 1) / STEPS) * i));
}

/**
 * Where dilation and erosion of the mask differ: pixels with both foreground and background within OpenCV's elliptic
 * kernel of the radius, what lies outside the image being neither. The kernel is a disc that is half a pixel wider to
 * each side: row dy reaches round(sqrt(r^2 - dy^2)) far, so that it does not survive transposition.
 *
 * @param outside pixels of the image that count as its outside; not in the mask
 */
export function boundaryBand(mask: BitMask, radius: number, outside?: BitMask): BoundaryBand {
  const band = emptyBits(mask.width, mask.height);
  const inverse = complement(mask, outside);
  const reach = Int32Array.from({ length: radius + 1 }, (_, dy) =>
    Math.round(Math.sqrt(radius ** 2 - dy ** 2)),
  );
  // The way from a pixel to one of the other kind, within the kernel, crosses the contour within the kernel: so only
  // the contour's pixels need to be spread, those of each side over the other side. It may cross what is outside, too.
  const isWhole = outside === undefined;
  spreadInto(band, isWhole ? rimOf(mask, inverse) : mask, inverse, reach);
  spreadInto(band, isWhole ? rimOf(inverse, mask) : inverse, mask, reach);
  return { mask: band, pixels: countBits(band) };
}

/** The pixels of a mask with a pixel of its complement above, below, left or right. */
function rimOf(mask: BitMask, inverse: BitMask): BitMask {
  const { stride, words } = mask;
  const rim = emptyBits(mask.width, mask.height);
  const other = inverse.words;
  for (let i = 0, column = 0; i < words.length; i++) {
    const left = column > 0 ? other[i - 1] >>> 31 : 0;
    if (++column === stride) column = 0;
    const right = column > 0 ? other[i + 1] << 31 : 0;
    const above = i >= stride ? other[i - stride] : 0;
    const below = i + stride < words.length ? other[i + stride] : 0;
    rim.words[i] = words[i] & ((other[i] << 1) | left | (other[i] >>> 1) | right | above | below);
  }
  return rim;
}

/** Adds to `band` the pixels of `side` that lie within the kernel, given by its rows' reach, of a pixel of the rim. */
function spreadInto(band: BitMask, rim: BitMask, side: BitMask, reach: Int32Array): void {
  const { width, height } = rim;
  const spread = emptyBits(width, height);
  const radius = reach.length - 1;
  forEachRun(rim, (y, from, to) => {
    const first = Math.max(0, y - radius);
    const last = Math.min(height - 1, y + radius);
    for (let row = first; row <= last; row++) {
      const wide = reach[Math.abs(row - y)];
      setRange(spread, row, Math.max(0, from - wide), Math.min(width, to + wide));
    }
  });
  for (let i = 0; i < band.words.length; i++) band.words[i] |= spread.words[i] & side.words[i];
}
