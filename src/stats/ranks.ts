import type { Values } from './values.js';

export interface Ranks {
  /** One rank a value, from 1; tied values share the mean of the ranks that they span. */
  readonly ranks: Float64Array;
  /** Sum of t^3 - t over groups of t tied values: the ties' share in the variance of rank sums. */
  readonly tieTerm: number;
}

/** Midranks of values in any order; O(n log n). */
export function midranks(values: Values): Ranks {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a] - values[b],
  );
  const ranks = new Float64Array(values.length);
  let tieTerm = 0;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    const count = end - start;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2;
    tieTerm += count ** 3 - count;
    start = end;
  }
  return { ranks, tieTerm };
}
