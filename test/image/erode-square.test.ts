import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { packAtLeast, unpackBits } from '../../src/image/bit-mask.js';
import { erodeSquare } from '../../src/image/erode-square.js';
import type { GrayImage } from '../../src/image/raster.js';
import { draw, drawBlocks } from '../support/drawn-mattes.js';

it('keeps the pixels whose whole square is foreground and inside the image', () => {
  const images = fc
    .record({
      width: fc.integer({ min: 1, max: 150 }),
      height: fc.integer({ min: 1, max: 90 }),
      block: fc.integer({ min: 1, max: 60 }),
      seed: fc.nat(),
    })
    .map(({ width, height, block, seed }) => drawBlocks(width, height, block, 'mask', seed));
  fc.assert(
    fc.property(images, fc.integer({ min: 0, max: 40 }), (image, distance) => {
      const eroded = unpackBits(erodeSquare(packAtLeast(image, 128), distance));
      expect(eroded).toEqual(slowlyEroded(image, distance));
    }),
  );
});

it('erodes a full image from its border', () => {
  const full = packAtLeast(
    draw(100, 70, () => 255),
    128,
  );
  const kept = unpackBits(erodeSquare(full, 33));
  expect(kept.reduce((n, v) => n + v, 0)).toBe((100 - 66) * (70 - 66));
  expect(unpackBits(erodeSquare(full, 35)).every((v) => v === 0)).toBe(true);
});

it('leaves the mask it is given as it is', () => {
  const mask = packAtLeast(
    draw(40, 40, () => 255),
    128,
  );
  const before = mask.words.slice();
  erodeSquare(mask, 3);
  expect(mask.words).toEqual(before);
});

/** One erosion by the 3 x 3 square after another. */
function slowlyEroded({ width, height, data }: GrayImage, distance: number): Uint8Array {
  let current = draw(width, height, (x, y) => (data[y * width + x] >= 128 ? 1 : 0));
  for (let step = 0; step < distance; step++) {
    const { data: from } = current;
    const at = (x: number, y: number): number =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : from[y * width + x];
    current = draw(width, height, (x, y) =>
      Math.min(...[-1, 0, 1].map((dy) => Math.min(at(x - 1, y + dy), at(x, y + dy), at(x + 1, y + dy)))),
    );
  }
  return current.data;
}
