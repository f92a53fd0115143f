/** @import { Random } from '../../dist/stats/random.js' */

/** Shares of images that turn bad, and of those that are mended: an excess of 0.01 each. */
export const DISASTERS = /** @type {const} */ ([
  [0.01, 0],
  [0.02, 0.01],
  [0.06, 0.05],
  [0.2, 0.19],
]);

/**
 * IoU of both sides: 0.9, or 0.1 where an image is bad.
 *
 * @param {number} n images
 * @param {number} fresh
 * @param {number} mended
 * @param {Random} random
 */
export function drawDisasters(n, fresh, mended, random) {
  const before = new Float64Array(n).fill(0.9);
  const now = new Float64Array(n).fill(0.9);
  for (let i = 0; i < n; i++) {
    const u = random.uniform();
    if (u < fresh) now[i] = 0.1;
    else if (u < fresh + mended) before[i] = 0.1;
  }
  return { before, now };
}
