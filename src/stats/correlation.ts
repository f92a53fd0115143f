import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import type { Estimate } from './ends.js';
import { isConstant } from './moments.js';
import { normalQuantile } from './normal-distribution.js';
import { asArray, requireBetween, requirePaired, type Values } from './values.js';

export type CorrelationKind = 'pearson' | 'spearman' | 'kendall';

/** The estimate is in -1..1; Kendall's is tau-b. */
export interface Correlation extends Estimate {
  readonly kind: 'correlation';
  readonly of: CorrelationKind;
}

interface NoCorrelation {
  readonly kind: 'none';
  readonly reason: 'too-few' | 'constant';
  readonly n: number;
  readonly needed: number;
}

/** Fewest pairs for which every kind's standard error is defined. */
const NEEDED = 5;

/**
 * How two paired quantities go together, e.g. time and an attribute of the ground truth. The intervals are Fisher's:
 * tanh(atanh(r) -/+ z se), with se^2 = 1 / (n - 3) for Pearson (normal data; too narrow on heavy tails),
 * (1 + r^2 / 2) / (n - 3) for Spearman (Bonett and Wright 2000) and 0.437 / (n - 4) for Kendall (Fieller, Hartley and
 * Pearson 1957; both rough above 0.8). Throws `internal` on unpaired or non-finite values.
 */
export function correlation(
  x: Values,
  y: Values,
  of: CorrelationKind,
  level = 0.95,
): Correlation | NoCorrelation {
  requirePaired(x, y, 'correlation');
  requireBetween(level, 0, 1, 'level of an interval');
  const n = x.length;
  if (n < NEEDED) return { kind: 'none', reason: 'too-few', n, needed: NEEDED };
  if (isConstant(x) || isConstant(y)) return { kind: 'none', reason: 'constant', n, needed: NEEDED };
  const estimate = Math.max(-1, Math.min(1, estimateOf(x, y, of)));
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt(fisherVariance(of, estimate, n));
  const centre = Math.atanh(estimate);
  const lower = Math.tanh(centre - reach);
  return { kind: 'correlation', of, n, estimate, lower, upper: Math.tanh(centre + reach), level };
}

function estimateOf(x: Values, y: Values, of: CorrelationKind): number {
  if (of === 'kendall') return kendallTau(x, y);
  return (of === 'pearson' ? sampleCorrelation : sampleRankCorrelation)(asArray(x), asArray(y));
}

function fisherVariance(of: CorrelationKind, r: number, n: number): number {
  if (of === 'pearson') return 1 / (n - 3);
  if (of === 'spearman') return (1 + (r * r) / 2) / (n - 3);
  return 0.437 / (n - 4);
}

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
