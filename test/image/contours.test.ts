import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packAtLeast } from '../../src/image/bit-mask.js';
import { findContours } from '../../src/image/contours.js';
import { anyMask, flipped, maskOf, rowsOf } from '../fixtures/masks.js';
import { drawScene, sha256OfIntegers, type SceneKind } from '../fixtures/scenes.js';
import reference from './image-structures.json' with { type: 'json' };

describe('contours', () => {
  it.each(reference.cases)('are OpenCV\u2019s, in its order, for $kind $width x $height', (c) => {
    const contours = findContours(packAtLeast(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 1));
    expect(contours).toHaveLength(c.contours);
    expect(contours.map(({ parent }) => parent).slice(0, 200)).toEqual(c.contourParents);
    const points = contours.flatMap((contour) => [contour.points.length / 2, ...contour.points]);
    expect(sha256OfIntegers(points)).toBe(c.contourPoints);
  });

  it('go around a square from its upper left corner, down first', () => {
    const [contour] = findContours(maskOf('....', '.##.', '.##.'));
    expect([...contour.points]).toEqual([1, 1, 1, 2, 2, 2, 2, 1]);
  });

  it('of a pixel are that pixel', () => {
    expect(findContours(maskOf('...', '.#.', '...'))).toEqual([
      { points: Int32Array.of(1, 1), hole: false, parent: -1 },
    ]);
  });

  it('go along a line and back, and list its ends once', () => {
    const [contour] = findContours(maskOf('###'));
    expect([...contour.points]).toEqual([0, 0, 1, 0, 2, 0, 1, 0]);
  });

  it('nest: an outside, its hole, and what lies in the hole', () => {
    const contours = findContours(
      maskOf('#######.#', '#.....#..', '#.###.#..', '#.#.#.#..', '#.###.#..', '#.....#..', '#######..'),
    );
    expect(contours.map(({ hole, parent }) => ({ hole, parent }))).toEqual([
      { hole: false, parent: -1 },
      { hole: false, parent: -1 },
      { hole: true, parent: 1 },
      { hole: false, parent: 2 },
      { hole: true, parent: 3 },
    ]);
  });

  it('are none in an empty mask', () => {
    expect(findContours(maskOf('...'))).toEqual([]);
  });

  it('step to an 8-neighbour each time and pass exactly the pixels with a direct neighbour in the background', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const rows = rowsOf(mask);
        const passed = new Set<string>();
        for (const { points } of findContours(mask)) {
          for (let k = 0; k < points.length; k += 2) {
            passed.add(`${points[k]},${points[k + 1]}`);
            const before = (k + points.length - 2) % points.length;
            const step = [points[k] - points[before], points[k + 1] - points[before + 1]].map(Math.abs);
            expect(Math.max(...step)).toBe(points.length === 2 ? 0 : 1);
          }
        }
        const border = new Set<string>();
        for (let y = 0; y < mask.height; y++) {
          for (let x = 0; x < mask.width; x++) {
            const beside = [rows[y][x - 1], rows[y][x + 1], rows[y - 1]?.[x], rows[y + 1]?.[x]];
            if (rows[y][x] === '#' && beside.some((c) => c !== '#')) border.add(`${x},${y}`);
          }
        }
        expect(passed).toEqual(border);
      }),
    );
  });

  it('are as many in a mirror image, and as many of them holes', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const [contours, mirrored] = [findContours(mask), findContours(flipped(mask))];
        expect(mirrored).toHaveLength(contours.length);
        expect(mirrored.filter(({ hole }) => hole)).toHaveLength(contours.filter(({ hole }) => hole).length);
      }),
    );
  });
});
