import { MaskbenchError } from '../core/errors.js';
import { binomialCdf } from './binomial-distribution.js';
import { smallestWhere } from './bisection.js';
import type { Ends } from './ends.js';
import { quantilesOfSorted } from './quantile.js';
import { ascending, requireBetween, requireFinite, type Values } from './values.js';

/** An interval for a quantile between two of the values themselves. */
interface QuantileInterval extends Ends {
  readonly kind: 'interval';
  readonly p: number;
  readonly n: number;
  /** Type 7 quantile. */
  readonly estimate: number;
  /** Ranks of the two values, from 1. */
  readonly lowerRank: number;
  readonly upperRank: number;
  /** The confidence reached, at least the level asked for. */
  readonly confidence: number;
}

interface TooFewValues {
  readonly kind: 'too-few';
  readonly p: number;
  readonly n: number;
  /** The smallest number of values with which this interval exists. */
  readonly needed: number;
}

/**
 * A distribution-free interval for the quantile at p (0 < p < 1) of independent values in any order: the number of
 * values below the quantile is Binomial(n, p), so the tightest ranks that leave at most (1 - level) / 2 on either side
 * bound it (David and Nagaraja 2003, section 7.1). Ties only make it wider. Throws `internal` on bad input.
 */
export function quantileInterval(values: Values, p: number, level = 0.95): QuantileInterval | TooFewValues {
  requireFinite(values, 'interval of a quantile');
  requireBetween(p, 0, 1, 'probability of a quantile');
  requireBetween(level, 0, 1, 'level of an interval');
  const n = values.length;
  const miss = (1 - level) / 2;
  const needed = Math.ceil(Math.max(Math.log(miss) / Math.log(p), Math.log(miss) / Math.log1p(-p)));
  if (n < needed) return { kind: 'too-few', p, n, needed };
  // P(count <= k) rises with k: the lower rank is the last that keeps P(count < rank) within the miss
  const lowerRank = smallestWhere((k) => binomialCdf(k, n, p) > miss, 0, n) ?? 0;
  const upperRank = (smallestWhere((k) => binomialCdf(k, n, p) >= 1 - miss, 0, n) ?? n) + 1;
  if (lowerRank < 1 || upperRank > n) return { kind: 'too-few', p, n, needed: n + 1 };
  const sorted = ascending(values);
  return {
    kind: 'interval',
    p,
    n,
    estimate: quantilesOfSorted(sorted, [p])[0],
    lower: sorted[lowerRank - 1],
    upper: sorted[upperRank - 1],
    lowerRank,
    upperRank,
    confidence: binomialCdf(upperRank - 1, n, p) - binomialCdf(lowerRank - 1, n, p),
  };
}

/**
 * How many values a percentile needs before it is worth printing: the smallest n for which even the second largest
 * value lies above the true quantile with the given confidence, P(Binomial(n, 1 - p) <= 1) <= 1 - confidence. At 0.99
 * this is MLPerf's floor for early stopping, one query discarded: 64 for p90, 130 for p95, 662 for p99.
 */
export function valuesForPercentile(p: number, confidence = 0.99): number {
  requireBetween(p, 0, 1, 'probability of a percentile');
  requireBetween(confidence, 0, 1, 'confidence of a percentile');
  const needed = smallestWhere((n) => binomialCdf(1, n, 1 - p) <= 1 - confidence, 2, 1e9);
  if (needed === null)
    throw new MaskbenchError('internal', `no number of values is enough for quantile ${p}`);
  return needed;
}
