import { decodeMatte } from '../../dist/image/codec.js';
import { sha256 } from '../../dist/core/hash.js';

/**
 * How far two mattes lie from each other, pixel by pixel.
 *
 * @param {string} ours
 * @param {string} theirs
 */
export async function compareMattes(ours, theirs) {
  const [a, b] = [await decodeMatte(ours), await decodeMatte(theirs)];
  const size = `${b.width}x${b.height}`;
  const hash = sha256(b.data);
  if (a.width !== b.width || a.height !== b.height) {
    return {
      size,
      hash,
      differing: b.data.length,
      pixels: b.data.length,
      worst: 255,
      flipped: b.data.length,
    };
  }
  let differing = 0;
  let worst = 0;
  let flipped = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(a.data[i] - b.data[i]);
    if (difference === 0) continue;
    differing++;
    worst = Math.max(worst, difference);
    if (a.data[i] >= 128 !== b.data[i] >= 128) flipped++;
  }
  return { size, hash, differing, pixels: a.data.length, worst, flipped };
}

/** @typedef {Awaited<ReturnType<typeof compareMattes>>} Compared */

/**
 * Several comparisons as one row of the table.
 *
 * @param {readonly Compared[]} results
 */
export function summarise(results) {
  const sum = (/** @type {(result: Compared) => number} */ of) =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    images: results.length,
    identical: results.filter(({ differing }) => differing === 0).length,
    worst: Math.max(0, ...results.map(({ worst }) => worst)),
    share:
      sum(({ differing }) => differing) /
      Math.max(
        1,
        sum(({ pixels }) => pixels),
      ),
    worstShare: Math.max(0, ...results.map(({ differing, pixels }) => differing / pixels)),
    flipped: sum(({ flipped }) => flipped),
  };
}

/**
 * The bar: identical bytes, or at most one grey level on under 0.01 % of the pixels.
 *
 * @param {{ readonly worst: number, readonly worstShare: number }} row
 */
export const holds = ({ worst, worstShare }) => worst === 0 || (worst === 1 && worstShare < 1e-4);
