import { approxPolyline } from '../../image/approx-polyline.js';
import type { BitMask } from '../../image/bit-mask.js';
import { findContours } from '../../image/contours.js';
import { dilateCross } from '../../image/morphology.js';

/** What a person must click to mend a faulty area, as HCE counts it. */
export interface Clicks {
  /** Corners of the polygons along the borders that must be redrawn. */
  readonly points: number;
  /** Components without such a border: each is selected or erased by one click. */
  readonly regions: number;
}

/**
 * Counts the clicks for a mask of faulty pixels.
 *
 * Of every border, only points on or directly beside the `condition` count, and a pixel counts once, for the contour
 * that comes first in OpenCV's order. What is left of a border falls into stretches; the first is appended, reversed,
 * to the last where their outer ends touch. Each stretch is simplified as an open curve, and its corners are counted.
 *
 * @param epsilon tolerance of the simplification in pixels
 */
export function countClicks(faulty: BitMask, condition: BitMask, epsilon: number): Clicks {
  const contours = findContours(faulty);
  // A copy of our own, from which points are struck off as they are claimed.
  const { words: unclaimed, stride } = dilateCross(condition, 1);
  const claim = (x: number, y: number): boolean => {
    const word = y * stride + (x >> 5);
    const bit = 1 << (x & 31);
    if ((unclaimed[word] & bit) === 0) return false;
    unclaimed[word] &= ~bit;
    return true;
  };

  let points = 0;
  let regions = 0;
  const redrawn = new Uint8Array(contours.length);
  for (let i = 0; i < contours.length; i++) {
    const { points: border, hole, parent } = contours[i];
    const stretches = joinEnds(stretchesOf(border, claim));
    if (stretches.length > 0) redrawn[hole ? parent : i] = 1;
    for (const stretch of stretches) points += approxPolyline(stretch, epsilon, false).length >> 1;
  }
  for (let i = 0; i < contours.length; i++) {
    if (!contours[i].hole && redrawn[i] === 0) regions++;
  }
  return { points, regions };
}

// The maximal stretches of consecutive points that could be claimed, in order. A border's end is not joined to its
// start here.
function stretchesOf(border: Int32Array, claim: (x: number, y: number) => boolean): Int32Array[] {
  const stretches: Int32Array[] = [];
  let start = -1;
  for (let k = 0; k < border.length; k += 2) {
    if (claim(border[k], border[k + 1])) {
      if (start < 0) start = k;
    } else if (start >= 0) {
      stretches.push(border.subarray(start, k));
      start = -1;
    }
  }
  if (start >= 0) stretches.push(border.subarray(start));
  return stretches;
}

// The reference appends the first stretch back to front, so the joined curve jumps from its seam to the far end of the
// first stretch and returns. The corner count depends on it, so it is done likewise.
function joinEnds(stretches: Int32Array[]): Int32Array[] {
  if (stretches.length < 2) return stretches;
  const first = stretches[0];
  const last = stretches[stretches.length - 1];
  const dx = Math.abs(first[0] - last[last.length - 2]);
  const dy = Math.abs(first[1] - last[last.length - 1]);
  if (dx > 1 || dy > 1) return stretches;
  const joined = new Int32Array(last.length + first.length);
  joined.set(last);
  for (let k = 0; k < first.length; k += 2) {
    joined[joined.length - k - 2] = first[k];
    joined[joined.length - k - 1] = first[k + 1];
  }
  return [...stretches.slice(1, -1), joined];
}
