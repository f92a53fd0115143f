import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countBits, packAtLeast } from '../../src/image/bit-mask.js';
import { labelComponents } from '../../src/image/components.js';
import { findContours } from '../../src/image/contours.js';
import { anyMask, flipped, maskOf, rowsOf, transposed } from '../fixtures/masks.js';
import { drawScene, sha256OfIntegers, type SceneKind } from '../fixtures/scenes.js';
import reference from './image-structures.json' with { type: 'json' };

describe('components', () => {
  it.each(reference.cases)('have scikit-image\u2019s labels for $kind $width x $height', (c) => {
    const mask = packAtLeast(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 1);
    const { count, labels } = labelComponents(mask);
    expect(count).toBe(c.components);
    expect(sha256OfIntegers(labels)).toBe(c.labels);
  });

  it('hold together at corners', () => {
    const { count, labels, areas } = labelComponents(maskOf('#..#', '.#..', '....'));
    expect(count).toBe(2);
    expect([...labels]).toEqual([1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect([...areas]).toEqual([0, 2, 1]);
  });

  it('are one where arms that started apart meet below', () => {
    expect(labelComponents(maskOf('#.#.#', '#.#.#', '#####')).count).toBe(1);
  });

  it('are none in an empty mask', () => {
    expect(labelComponents(maskOf('...'))).toMatchObject({ count: 0, areas: Int32Array.of(0) });
  });

  it('are those of a flood fill', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect([...labelComponents(mask).labels]).toEqual(floodFilled(rowsOf(mask)));
      }),
    );
  });

  it('do not change with the direction, and their areas add up', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const { count, areas } = labelComponents(mask);
        const sizes = [...areas].sort((a, b) => a - b);
        for (const other of [flipped(mask), transposed(mask)]) {
          expect([...labelComponents(other).areas].sort((a, b) => a - b)).toEqual(sizes);
        }
        expect(areas.reduce((sum, area) => sum + area, 0)).toBe(countBits(mask));
        expect(findContours(mask).filter(({ hole }) => !hole)).toHaveLength(count);
      }),
    );
  });
});

function floodFilled(rows: readonly string[]): number[] {
  const width = rows[0].length;
  const labels = Array.from({ length: width * rows.length }, () => 0);
  let label = 0;
  for (let start = 0; start < labels.length; start++) {
    if (rows[Math.floor(start / width)][start % width] !== '#' || labels[start] !== 0) continue;
    label++;
    const pending = [start];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      if (labels[at] !== 0) continue;
      labels[at] = label;
      for (const [dx, dy] of [-1, 0, 1].flatMap((v) => [-1, 0, 1].map((u) => [u, v]))) {
        if (rows[y + dy]?.[x + dx] === '#') pending.push((y + dy) * width + x + dx);
      }
    }
  }
  return labels;
}
