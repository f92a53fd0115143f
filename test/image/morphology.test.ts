import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countBits,
  difference,
  intersection,
  packAtLeast,
  unpackBits,
  type BitMask,
} from '../../src/image/bit-mask.js';
import { withPlanes } from '../../src/image/bits-kernel.js';
import { dilateCross, erodeCross, openDisc } from '../../src/image/morphology.js';
import { anyMask, flipped, maskOf, rowsOf, transposed } from '../fixtures/masks.js';
import { drawScene, sha256OfIntegers, type SceneKind } from '../fixtures/scenes.js';
import reference from './image-structures.json' with { type: 'json' };

describe('erosion and dilation by a cross', () => {
  it.each(reference.cases)('give OpenCV\u2019s pixels for $kind $width x $height', (c) => {
    const mask = packAtLeast(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 1);
    expect(sha256OfIntegers(unpackBits(mask)), 'both draw the same scene').toBe(c.mask);
    expect(sha256OfIntegers(unpackBits(eroded(mask, 3)))).toBe(c.eroded);
    expect(sha256OfIntegers(unpackBits(dilateCross(mask, 3)))).toBe(c.dilated);
  });

  it('reach the pixels within so many moves', () => {
    expect(rowsOf(dilateCross(maskOf('.....', '.....', '..#..', '.....', '.....'), 2))).toEqual([
      '..#..',
      '.###.',
      '#####',
      '.###.',
      '..#..',
    ]);
  });

  it('leave an object at the image\u2019s border whole on that side', () => {
    expect(rowsOf(eroded(maskOf('###.', '###.', '###.'), 1))).toEqual(['##..', '##..', '##..']);
  });

  it('do nothing in no steps', () => {
    const mask = maskOf('#.#');
    expect(rowsOf(dilateCross(mask, 0))).toEqual(['#.#']);
    expect(rowsOf(eroded(mask, 0))).toEqual(['#.#']);
  });
});

describe('opening by a disc', () => {
  it('keeps what a disc fits in and removes what is narrower', () => {
    const mask = maskOf('.........', '.###.....', '.#######.', '.###.....', '.........');
    expect(rowsOf(openDisc(mask, 1.5))).toEqual([
      '.........',
      '.###.....',
      '.###.....',
      '.###.....',
      '.........',
    ]);
  });

  it('keeps a bar that the image\u2019s border cuts, if it is wide enough outside', () => {
    expect(rowsOf(openDisc(maskOf('##...', '##...', '##...', '##...'), 1))).toEqual(
      rowsOf(maskOf('##...', '##...', '##...', '##...')),
    );
  });

  it('is what fitting discs one by one gives', () => {
    fc.assert(
      fc.property(anyMask, fc.double({ min: 0, max: 5, noNaN: true }), (mask, radius) => {
        expect(rowsOf(openDisc(mask, radius))).toEqual(openedSlowly(rowsOf(mask), radius));
      }),
      { numRuns: 60 },
    );
  });

  it('is that in an image lower than the disc, too', () => {
    for (let height = 1; height <= 4; height++)
      for (const width of [5, 64, 65, 200]) {
        const mask = packAtLeast(drawScene('blobs', width, height, width + height), 1);
        for (const radius of [1, 2, 3.5, 6, 9])
          expect(rowsOf(openDisc(mask, radius)), `${width} x ${height}, ${radius}`).toEqual(
            openedSlowly(rowsOf(mask), radius),
          );
      }
  });

  it('never adds a pixel, changes nothing the second time, and knows no direction', () => {
    fc.assert(
      fc.property(anyMask, fc.integer({ min: 1, max: 6 }), (mask, radius) => {
        const opened = openDisc(mask, radius);
        expect(countBits(difference(opened, mask))).toBe(0);
        expect(rowsOf(openDisc(opened, radius))).toEqual(rowsOf(opened));
        expect(rowsOf(openDisc(flipped(mask), radius))).toEqual(rowsOf(flipped(opened)));
        expect(rowsOf(openDisc(transposed(mask), radius))).toEqual(rowsOf(transposed(opened)));
        expect(countBits(intersection(opened, mask))).toBe(countBits(opened));
      }),
    );
  });
});

/** The union of all discs, with centres in the image, whose pixels in the image are all foreground. */
function openedSlowly(rows: readonly string[], radius: number): string[] {
  const out = rows.map((row) => Array.from(row, () => '.'));
  const reach = Math.floor(radius);
  for (let cy = 0; cy < rows.length; cy++) {
    for (let cx = 0; cx < rows[0].length; cx++) {
      const disc: [number, number][] = [];
      for (let y = Math.max(0, cy - reach); y <= Math.min(rows.length - 1, cy + reach); y++) {
        for (let x = Math.max(0, cx - reach); x <= Math.min(rows[0].length - 1, cx + reach); x++) {
          if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius) disc.push([x, y]);
        }
      }
      if (disc.every(([x, y]) => rows[y][x] === '#')) for (const [x, y] of disc) out[y][x] = '#';
    }
  }
  return out.map((row) => row.join(''));
}

function eroded(mask: BitMask, steps: number): BitMask {
  return withPlanes(mask, (planes) => planes.take(erodeCross(planes, planes.put(mask), steps)));
}
