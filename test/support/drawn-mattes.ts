import * as fc from 'fast-check';
import type { GrayImage } from '../../src/image/raster.js';

/** An image of the given values by pixel. */
export function draw(width: number, height: number, at: (x: number, y: number) => number): GrayImage {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = at(x, y);
  return { width, height, data };
}

export function mirror({ width, height, data }: GrayImage): GrayImage {
  return draw(width, height, (x, y) => data[y * width + width - 1 - x]);
}

export function turnOver({ width, height, data }: GrayImage): GrayImage {
  return draw(width, height, (x, y) => data[(height - 1 - y) * width + x]);
}

export function transpose({ width, height, data }: GrayImage): GrayImage {
  return draw(height, width, (x, y) => data[x * width + y]);
}

export type PixelKind = 'soft' | 'mask' | 'levels';

/** Square blocks of pseudo-random values: the generator of `scripts/reference/matting.py`. */
export function drawBlocks(
  width: number,
  height: number,
  block: number,
  kind: PixelKind,
  seed: number,
): GrayImage {
  const columns = Math.ceil(width / block);
  let state = seed;
  const values = Array.from({ length: columns * Math.ceil(height / block) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const v = state >>> 24;
    if (kind === 'soft') return v;
    return kind === 'mask' ? (v >= 100 ? 255 : 0) : (v >> 6) * 85;
  });
  return draw(width, height, (x, y) => values[Math.floor(y / block) * columns + Math.floor(x / block)]);
}

/** Two mattes of one size, each masks or soft, of blocks of 1 to 12 pixels; the second is often near the first. */
export function mattePairs(
  maxSide: number,
): fc.Arbitrary<{ readonly prediction: GrayImage; readonly truth: GrayImage }> {
  const side = fc.integer({ min: 1, max: maxSide });
  const kind = fc.constantFrom<PixelKind>('mask', 'mask', 'levels', 'soft');
  const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  return fc
    .record({
      width: side,
      height: side,
      block: fc.integer({ min: 1, max: 12 }),
      kinds: fc.tuple(kind, kind),
      seeds: fc.tuple(seed, seed),
      near: fc.boolean(),
    })
    .map(({ width, height, block, kinds, seeds, near }) => {
      const truth = drawBlocks(width, height, block, kinds[0], seeds[0]);
      const other = drawBlocks(width, height, block, kinds[1], seeds[1]);
      const speckle = drawBlocks(width, height, 1, 'soft', seeds[1]);
      const prediction = near
        ? draw(width, height, (x, y) => {
            const i = y * width + x;
            return speckle.data[i] < 25 ? other.data[i] : truth.data[i];
          })
        : other;
      return { prediction, truth };
    });
}
