import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approxPolyline } from '../../src/image/approx-polyline.js';
import { packAtLeast } from '../../src/image/bit-mask.js';
import { findContours } from '../../src/image/contours.js';
import { anyMask } from '../fixtures/masks.js';
import { drawScene, sha256OfIntegers, type SceneKind } from '../fixtures/scenes.js';
import reference from './image-structures.json' with { type: 'json' };

describe('the polygon of a curve', () => {
  it.each(reference.cases)('has OpenCV\u2019s corners for $kind $width x $height', (c) => {
    const contours = findContours(packAtLeast(drawScene(c.kind as SceneKind, c.width, c.height, c.seed), 1));
    for (const [name, expected] of Object.entries(c.polygons)) {
      const [form, epsilon] = name.split(' ');
      const corners = contours.flatMap(({ points }) => [
        ...approxPolyline(points, Number(epsilon), form === 'closed'),
      ]);
      expect(corners.length / 2, name).toBe(expected.corners);
      expect(sha256OfIntegers(corners), name).toBe(expected.points);
    }
  });

  it('is four corners for a rectangle', () => {
    const [{ points }] = findContours(
      packAtLeast({ width: 30, height: 9, data: new Uint8Array(270).fill(1) }, 1),
    );
    expect([...approxPolyline(points, 2, true)]).toEqual([0, 0, 0, 8, 29, 8, 29, 0]);
  });

  it('is its two ends for an open curve within the tolerance', () => {
    expect([...approxPolyline(Int32Array.of(0, 0, 1, 1, 2, 0, 3, 1, 4, 0), 2, false)]).toEqual([0, 0, 4, 0]);
  });

  it('is one point for a small closed curve, and nothing for no points', () => {
    expect([...approxPolyline(Int32Array.of(5, 5, 5, 6, 6, 6, 6, 5), 2, true)]).toEqual([5, 5]);
    expect([...approxPolyline(Int32Array.of(3, 4), 2, false)]).toEqual([3, 4]);
    expect([...approxPolyline(Int32Array.of(3, 4, 3, 4), 2, true)]).toEqual([3, 4]);
    expect([...approxPolyline(new Int32Array(0), 2, false)]).toEqual([]);
  });

  it('measures to the line through two corners, not to their segment, as OpenCV did before 4.13', () => {
    // The tip at (9, 0) lies on the line through the ends, beyond them: it counts as no distance away.
    expect([...approxPolyline(Int32Array.of(0, 0, 3, 0, 6, 0, 9, 0, 6, 1, 5, 0), 2, false)]).toEqual([
      0, 0, 5, 0,
    ]);
  });

  it('has corners that are points of the curve, in its order, and an open one keeps both ends', () => {
    fc.assert(
      fc.property(anyMask, fc.constantFrom(0, 1, 2, 4), (mask, epsilon) => {
        for (const { points } of findContours(mask)) {
          const half = points.subarray(0, 2 * Math.ceil(points.length / 4));
          const corners = pairs(approxPolyline(half, epsilon, false));
          // Equal ends make it a closed curve to OpenCV, which starts elsewhere.
          if (half.length > 2 && half[0] === half.at(-2) && half[1] === half.at(-1)) continue;
          expect(isSubsequence(corners, pairs(half))).toBe(true);
          expect(corners[0]).toBe(pairs(half)[0]);
          expect(corners.at(-1)).toBe(pairs(half).at(-1));
        }
      }),
    );
  });
});

function pairs(points: Int32Array): string[] {
  return Array.from({ length: points.length / 2 }, (_, i) => `${points[2 * i]},${points[2 * i + 1]}`);
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const item of whole) if (part[at] === item) at++;
  return at === part.length;
}
