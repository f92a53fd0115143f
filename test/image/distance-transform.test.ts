import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestForeground } from '../../src/image/distance-transform.js';
import type { GrayImage } from '../../src/image/raster.js';
import { filled, gray, images } from '../metrics/arbitrary-masks.js';

describe('the nearest foreground pixel', () => {
  it('is the one that a search of all pixels finds, leftmost and then topmost of those at equal distance', () => {
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 255 }), (image, cut) => {
        const { nearest, squaredDistance } = nearestForeground(image, cut);
        const expected = searchEverywhere(image, cut);
        expect([...nearest]).toEqual(expected.map(({ index }) => index));
        expect([...squaredDistance]).toEqual(expected.map(({ squared }) => squared));
      }),
    );
  });

  it('is found across a wide image with few foreground pixels', () => {
    const image = filled(101, 27, 0);
    for (const i of [5, 101 * 14 + 50, 101 * 26 + 99]) image.data[i] = 255;
    const { nearest, squaredDistance } = nearestForeground(image, 128);
    const expected = searchEverywhere(image, 128);
    expect([...nearest]).toEqual(expected.map(({ index }) => index));
    expect([...squaredDistance]).toEqual(expected.map(({ squared }) => squared));
  });

  it('is itself, at distance 0, for a foreground pixel', () => {
    expect(nearestForeground(filled(2, 2, 255), 128)).toEqual({
      nearest: Int32Array.of(0, 1, 2, 3),
      squaredDistance: Int32Array.of(0, 0, 0, 0),
    });
  });

  it('is none, at distance -1, in an image without foreground', () => {
    expect(nearestForeground(filled(2, 1, 127), 128)).toEqual({
      nearest: Int32Array.of(-1, -1),
      squaredDistance: Int32Array.of(-1, -1),
    });
  });

  it('is the left one of two at equal distance', () => {
    expect(nearestForeground(gray([[255, 0, 255]]), 128).nearest[1]).toBe(0);
  });
});

function searchEverywhere({ width, data }: GrayImage, cut: number) {
  return Array.from(data, (_, i) => {
    let best = { index: -1, squared: -1 };
    for (let x = 0; x < width; x++) {
      for (let j = x; j < data.length; j += width) {
        if (data[j] < cut) continue;
        const squared = ((i % width) - x) ** 2 + (Math.floor(i / width) - Math.floor(j / width)) ** 2;
        if (best.index === -1 || squared < best.squared) best = { index: j, squared };
      }
    }
    return best;
  });
}
