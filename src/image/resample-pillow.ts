/**
 * Pillow's `Image.resize` for 8-bit images, bit for bit: two separable passes in fixed point with 22 fractional bits,
 * each rounded and clipped to 8 bits. libvips' lanczos3 is not the same: enlarging a mask with it
 * flips one pixel in eighteen at the threshold.
 *
 * Source: the algorithm of Pillow's Resample.c, checked byte for byte against Pillow (test/image/resample-pillow.test.ts).
 */
export type PillowFilter = 'lanczos' | 'bilinear' | 'bicubic';

/**
 * Which pass comes first shows in the result, since each rounds: the horizontal one always, until Pillow 12; since
 * Pillow 13 the vertical one where the height shrinks by more than twice as many pixels as the width.
 */
export type PassOrder = 'pillow-12' | 'pillow-13';

const PRECISION_BITS = 22;
const ROUNDING = 1 << (PRECISION_BITS - 1);

const FILTERS: Readonly<
  Record<PillowFilter, { readonly support: number; readonly at: (x: number) => number }>
> = {
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: (x) => bicubic(Math.abs(x)) },
};

/**
 * Resizes interleaved 8-bit pixels to `toWidth` x `toHeight`.
 *
 * @param data `height * width * channels` bytes, row-major; any number of channels, each resized alone.
 * @returns a new array of `toHeight * toWidth * channels` bytes (a copy when the size is unchanged).
 */
export function resamplePillow(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  toWidth: number,
  toHeight: number,
  filter: PillowFilter = 'lanczos',
  order: PassOrder = 'pillow-12',
): Uint8Array {
  const lost = height - toHeight;
  const verticalFirst = order === 'pillow-13' && lost > 0 && lost > 2 * (width - toWidth);
  let pixels = data;
  let columns = width;
  const resizeHeight = (): void => {
    if (toHeight === height) return;
    pixels = resampleColumns(pixels, columns * channels, weights(height, toHeight, filter));
  };
  if (verticalFirst) resizeHeight();
  if (toWidth !== width) {
    const rows = verticalFirst ? toHeight : height;
    pixels = resampleRows(pixels, width, rows, channels, weights(width, toWidth, filter));
    columns = toWidth;
  }
  if (!verticalFirst) resizeHeight();
  return pixels === data ? data.slice() : pixels;
}

/** For each output position the first input position, the number of taps, and `size` fixed-point weights. */
interface Weights {
  readonly count: number;
  readonly size: number;
  readonly first: Int32Array;
  readonly taps: Int32Array;
  readonly fixed: Int32Array;
}

function weights(inSize: number, outSize: number, filter: PillowFilter): Weights {
  const { support: unit, at } = FILTERS[filter];
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = unit * filterScale;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const taps = new Int32Array(outSize);
  const fixed = new Int32Array(outSize * size);
  const row = new Float64Array(size);
  for (let out = 0; out < outSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      row[i] = at((i + from - centre + 0.5) * (1 / filterScale));
      sum += row[i];
    }
    for (let i = 0; i < n; i++) {
      const weight = (sum === 0 ? row[i] : row[i] / sum) * (1 << PRECISION_BITS);
      fixed[out * size + i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[out] = from;
    taps[out] = n;
  }
  return { count: outSize, size, first, taps, fixed };
}

function resampleRows(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  { count, size, first, taps, fixed }: Weights,
): Uint8Array {
  const out = new Uint8Array(count * height * channels);
  let o = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < count; x++) {
      const k0 = x * size;
      const k1 = k0 + taps[x];
      const start = row + first[x] * channels;
      if (channels === 3) {
        let r = ROUNDING;
        let g = ROUNDING;
        let b = ROUNDING;
        for (let k = k0, p = start; k < k1; k++, p += 3) {
          const weight = fixed[k];
          r = (r + Math.imul(data[p], weight)) | 0;
          g = (g + Math.imul(data[p + 1], weight)) | 0;
          b = (b + Math.imul(data[p + 2], weight)) | 0;
        }
        out[o++] = clip8(r);
        out[o++] = clip8(g);
        out[o++] = clip8(b);
      } else {
        for (let c = 0; c < channels; c++) {
          let sum = ROUNDING;
          for (let k = k0, p = start + c; k < k1; k++, p += channels)
            sum = (sum + Math.imul(data[p], fixed[k])) | 0;
          out[o++] = clip8(sum);
        }
      }
    }
  }
  return out;
}

/** Rows are added to a line of sums, three at a time where there are three, so that memory is read in order. */
function resampleColumns(
  data: Uint8Array,
  stride: number,
  { count, size, first, taps, fixed }: Weights,
): Uint8Array {
  const out = new Uint8Array(count * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < count; y++) {
    sums.fill(ROUNDING);
    let k = 0;
    for (; k + 3 <= taps[y]; k += 3) {
      const at = y * size + k;
      const [a, b, c] = [fixed[at], fixed[at + 1], fixed[at + 2]];
      const row = (first[y] + k) * stride;
      for (let i = 0, p = row, q = row + stride, r = row + 2 * stride; i < stride; i++, p++, q++, r++) {
        sums[i] += (Math.imul(data[p], a) + Math.imul(data[q], b) + Math.imul(data[r], c)) | 0;
      }
    }
    for (; k < taps[y]; k++) {
      const weight = fixed[y * size + k];
      const row = (first[y] + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] += Math.imul(data[row + i], weight);
    }
    const o = y * stride;
    for (let i = 0; i < stride; i++) out[o + i] = clip8(sums[i]);
  }
  return out;
}

function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const a = x * Math.PI;
  return Math.sin(a) / a;
}

/** Keys' cubic with a = -0.5, as Pillow has it. */
function bicubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
