import { runPasses, type Pass } from './resample-kernel.js';

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
 * @param data `height * width * channels` bytes, row-major; each channel is resized alone.
 * @returns a new array of `toHeight * toWidth * channels` bytes (a copy when the size is unchanged).
 * @throws MaskbenchError `runner.out-of-memory` where pixels and result do not fit into 4 GiB.
 */
export function resamplePillow(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
  toWidth: number,
  toHeight: number,
  filter: PillowFilter = 'lanczos',
  order: PassOrder = 'pillow-12',
): Uint8Array {
  const passes: Pass[] = [];
  if (toWidth !== width) passes.push({ along: 'rows', ...weights(width, toWidth, filter) });
  if (toHeight !== height) passes.push({ along: 'columns', ...weights(height, toHeight, filter) });
  const lost = height - toHeight;
  if (order === 'pillow-13' && lost > 0 && lost > 2 * (width - toWidth)) passes.reverse();
  return runPasses({ data, width, height, channels }, passes);
}

/** Each output position's first input position, number of taps, and fixed-point weights. */
function weights(inSize: number, outSize: number, filter: PillowFilter): Omit<Pass, 'along'> {
  const { support: unit, at } = FILTERS[filter];
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = unit * filterScale;
  const most = Math.ceil(support) * 2 + 1;
  const recordLength = 2 + Math.ceil(most / 4) * 4;
  const table = new Int32Array(outSize * recordLength);
  const row = new Float64Array(most);
  for (let out = 0; out < outSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(inSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      row[i] = at((i + from - centre + 0.5) * (1 / filterScale));
      sum += row[i];
    }
    const record = out * recordLength;
    table[record] = from;
    table[record + 1] = taps;
    for (let i = 0; i < taps; i++) {
      const weight = (sum === 0 ? row[i] : row[i] / sum) * (1 << PRECISION_BITS);
      table[record + 2 + i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { count: outSize, table, recordLength };
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
