import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complement,
  countBits,
  difference,
  emptyBits,
  packAtLeast,
  unpackBits,
} from '../../src/image/bit-mask.js';
import { labelComponents } from '../../src/image/components.js';
import { skeletonize } from '../../src/image/thinning.js';
import { anyMask, maskOf, rowsOf } from '../fixtures/masks.js';
import { drawScene, sha256OfIntegers, type SceneKind } from '../fixtures/scenes.js';
import { shortOrLong } from '../support/long.js';
import { slowSkeleton } from './slow-thinning.js';
import reference from './image-structures.json' with { type: 'json' };

describe('a skeleton', () => {
  it.each(reference.cases)('is scikit-image\u2019s for $kind $width x $height', (c) => {
    const mask = packAtLeast(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 1);
    expect(sha256OfIntegers(unpackBits(skeletonize(mask)))).toBe(c.skeleton);
  });

  it('is scikit-image\u2019s for every mask of 4 x 4', () => {
    const digest = createHash('sha256');
    for (let code = 0; code < 65536; code++) {
      const data = Uint8Array.from({ length: 16 }, (_, i) => (code >> i) & 1);
      digest.update(unpackBits(skeletonize(packAtLeast({ width: 4, height: 4, data }, 1))));
    }
    expect(digest.digest('hex')).toBe(reference.allOfFourByFour);
  });

  it('is what the rules leave, whatever was thinned before', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect(rowsOf(skeletonize(mask))).toEqual(rowsOf(slowSkeleton(mask)));
      }),
      { numRuns: shortOrLong(300, 20_000) },
    );
  });

  it.each([
    [1, 1], [1, 50], [70, 1], [15, 7], [16, 8], [17, 9], [32, 16], [33, 17], [95, 63], [96, 64], [97, 65],
  ])('of a full mask of %i x %i, and of one with a hole, is what the rules leave', (width, height) => {
    const full = complement(emptyBits(width, height));
    const holed = complement(emptyBits(width, height));
    holed.words[(height >> 1) * holed.stride] &= ~(1 << ((width - 1) & 15));
    for (const mask of [full, holed, emptyBits(width, height)]) {
      expect(rowsOf(skeletonize(mask))).toEqual(rowsOf(slowSkeleton(mask)));
    }
  }); // prettier-ignore

  it('of a bar is its middle line, with scikit-image\u2019s hook at one end', () => {
    const bar = maskOf('.........', '.#######.', '.#######.', '.#######.', '.........');
    expect(rowsOf(skeletonize(bar))).toEqual([
      '.........',
      '......#..',
      '.#####...',
      '.........',
      '.........',
    ]);
  });

  it('of a line, a pixel or nothing is the same again', () => {
    for (const mask of [
      maskOf('...', '###', '...'),
      maskOf('#'),
      maskOf('#..', '.#.', '..#'),
      emptyBits(40, 3),
    ]) {
      expect(rowsOf(skeletonize(mask))).toEqual(rowsOf(mask));
    }
  });

  it('is part of the mask, and cannot be thinned further', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const skeleton = skeletonize(mask);
        expect(countBits(difference(skeleton, mask))).toBe(0);
        expect(rowsOf(skeletonize(skeleton))).toEqual(rowsOf(skeleton));
      }),
    );
  });

  it('has as many components and as many holes as the mask', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const skeleton = skeletonize(mask);
        expect(labelComponents(skeleton).count).toBe(labelComponents(mask).count);
        expect(countHoles(rowsOf(skeleton))).toBe(countHoles(rowsOf(mask)));
      }),
    );
  });

  it('leaves the mask it was given as it was', () => {
    const mask = maskOf('###', '###', '###');
    skeletonize(mask);
    expect(countBits(complement(mask))).toBe(0);
  });
});

/** 4-connected areas of background that do not reach the outside. */
function countHoles(rows: readonly string[]): number {
  const cells = ['', ...rows, ''].map((row) => Array.from(`.${row.padEnd(rows[0].length, '.')}.`));
  let areas = 0;
  for (let startY = 0; startY < cells.length; startY++) {
    for (let startX = 0; startX < cells[0].length; startX++) {
      if (cells[startY][startX] !== '.') continue;
      areas++;
      const pending: [number, number][] = [[startX, startY]];
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        const [x, y] = next;
        if (cells[y]?.[x] !== '.') continue;
        cells[y][x] = ' ';
        pending.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
      }
    }
  }
  return areas - 1;
}
