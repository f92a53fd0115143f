import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOfRow, packAtLeast, type BitMask } from '../../src/image/bit-mask.js';
import { distancesTo, nearestInRow, startWalk } from '../../src/image/distance-transform.js';
import { anyMask, maskOf } from '../fixtures/masks.js';
import { drawScene } from '../fixtures/scenes.js';

const FAR = 1000;

describe('the nearest foreground pixel', () => {
  it('is the one that a search of all pixels finds, leftmost and then topmost of those at equal distance', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect(everywhere(mask, FAR)).toEqual(searchEverywhere(mask, FAR));
      }),
    );
  });

  it('is the same whichever pixels are asked for, and up to whatever distance', () => {
    fc.assert(
      fc.property(anyMask, fc.nat(), fc.integer({ min: 1, max: 30 }), (mask, seed, within) => {
        const kind = (['noise', 'blobs', 'shapes'] as const)[seed % 3];
        const asked = packAtLeast(drawScene(kind, mask.width, mask.height, seed % 1000), 1);
        const expected = searchEverywhere(mask, within);
        for (const [i, found] of ask(mask, asked, within)) expect(found, `pixel ${i}`).toEqual(expected[i]);
      }),
    );
  });

  it('is found across a wide image with few foreground pixels', () => {
    const rows = Array.from({ length: 27 }, () => Array.from({ length: 101 }, () => '.'));
    for (const [x, y] of [[5, 0], [50, 14], [99, 26]]) rows[y][x] = '#'; // prettier-ignore
    const mask = maskOf(...rows.map((row) => row.join('')));
    expect(everywhere(mask, FAR)).toEqual(searchEverywhere(mask, FAR));
  });

  it('is itself, at distance 0, for a foreground pixel', () => {
    expect(everywhere(maskOf('##', '##'), FAR)).toEqual([0, 1, 2, 3].map((index) => ({ index, squared: 0 })));
  });

  it('is none where there is none near enough', () => {
    const none = { index: -1, squared: 10 };
    expect(everywhere(maskOf('..'), 3)).toEqual([none, none]);
    expect(everywhere(maskOf('#....'), 3).map(({ index }) => index)).toEqual([0, 0, 0, 0, -1]);
  });

  it('is the left one of two at equal distance', () => {
    expect(everywhere(maskOf('#.#'), FAR)[1].index).toBe(0);
  });
});

interface Found {
  readonly index: number;
  readonly squared: number;
}

/** What is found for the pixels of `asked`, by their indices. */
function ask(mask: BitMask, asked: BitMask, within: number): Map<number, Found> {
  const walk = startWalk(distancesTo(mask), within);
  const columns = new Int32Array(mask.width);
  const found = new Map<number, Found>();
  for (let y = 0; y < mask.height; y++) {
    const count = columnsOfRow(asked, y, columns);
    if (count === 0) continue;
    const { nearest, squaredDistance } = nearestInRow(walk, y, columns, count);
    for (let k = 0; k < count; k++) {
      found.set(y * mask.width + columns[k], { index: nearest[k], squared: squaredDistance[k] });
    }
  }
  return found;
}

function everywhere(mask: BitMask, within: number): Found[] {
  const { width, height } = mask;
  const all = packAtLeast({ width, height, data: new Uint8Array(width * height) }, 0);
  return [...ask(mask, all, within).values()];
}

function searchEverywhere(mask: BitMask, within: number): Found[] {
  const { width, height } = mask;
  const foreground: [x: number, y: number][] = [];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (((mask.words[y * mask.stride + (x >> 5)] >>> (x & 31)) & 1) === 1) foreground.push([x, y]);
    }
  }
  return Array.from({ length: width * height }, (_, i) => {
    let best: Found = { index: -1, squared: within ** 2 + 1 };
    for (const [x, y] of foreground) {
      const squared = ((i % width) - x) ** 2 + (Math.floor(i / width) - y) ** 2;
      if (squared < best.squared) best = { index: y * width + x, squared };
    }
    return best;
  });
}
