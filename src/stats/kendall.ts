import type { Values } from './values.js';

/**
 * Kendall's tau-b of paired values, which corrects for ties; NaN when either side has no two different values.
 * Discordant pairs are counted as the exchanges of a merge sort (Knight 1966): O(n log n).
 */
export function kendallTau(x: Values, y: Values): number {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort(
    (a, b) => x[a] - x[b] || y[a] - y[b],
  );
  const byX = Float64Array.from(order, (i) => x[i]);
  const byY = Float64Array.from(order, (i) => y[i]);
  const pairs = (x.length * (x.length - 1)) / 2;
  const tiedX = tiedPairs((i) => byX[i] === byX[i - 1], x.length);
  const tiedBoth = tiedPairs((i) => byX[i] === byX[i - 1] && byY[i] === byY[i - 1], x.length);
  const exchanges = sortCounting(byY);
  const tiedY = tiedPairs((i) => byY[i] === byY[i - 1], x.length);
  const balance = pairs - tiedX - tiedY + tiedBoth - 2 * exchanges;
  return balance / Math.sqrt(pairs - tiedX) / Math.sqrt(pairs - tiedY);
}

/** Pairs within the runs of equal neighbours of a sorted list. */
function tiedPairs(sameAsBefore: (i: number) => boolean, n: number): number {
  let pairs = 0;
  let run = 0;
  for (let i = 1; i < n; i++) {
    run = sameAsBefore(i) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** Sorts in place, ascending, and returns how many pairs stood in the wrong order. */
function sortCounting(values: Float64Array): number {
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(values.length);
  let exchanges = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let left = start;
      let right = middle;
      for (let k = start; k < end; k++) {
        if (left < middle && (right >= end || from[left] <= from[right])) {
          to[k] = from[left++];
        } else {
          exchanges += middle - left;
          to[k] = from[right++];
        }
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return exchanges;
}
