import { normalCdf, normalQuantile } from './normal-distribution.js';
import { quantilesOfSorted } from './quantile.js';
import type { Ends } from './ends.js';
import type { Moments } from './moments.js';
import type { MeanReplicates } from './resample.js';

/** Efron's percentile interval: the replicates' own quantiles at (1 - level) / 2 and (1 + level) / 2. Ascending input. */
export function percentileEnds(replicates: Float64Array, level: number): Ends {
  const [lower, upper] = quantilesOfSorted(replicates, [(1 - level) / 2, (1 + level) / 2]);
  return { lower, upper };
}

/**
 * The bias-corrected and accelerated interval (Efron 1987; Efron and Tibshirani 1993, chapter 14): percentiles at
 * Phi(z0 + (z0 + z) / (1 - a (z0 + z))), where z0 is the normal quantile of the share of replicates below the
 * estimate (ties count half, as in SciPy) and `a` the acceleration. Ascending input. Both ends are NaN when the
 * estimate lies outside of all replicates.
 */
export function bcaEnds(
  replicates: Float64Array,
  estimate: number,
  acceleration: number,
  level: number,
): Ends {
  const below = shareBelow(replicates, estimate);
  if (below <= 0 || below >= 1) return { lower: Number.NaN, upper: Number.NaN };
  const bias = normalQuantile(below);
  const at = (z: number): number => {
    const room = 1 - acceleration * (bias + z);
    // past the pole of the formula: the farthest replicate on that side is the limit
    if (room <= 0) return z > 0 ? 1 : 0;
    return normalCdf(bias + (bias + z) / room);
  };
  const z = normalQuantile((1 + level) / 2);
  const [lower, upper] = quantilesOfSorted(replicates, [at(-z), at(z)]);
  return { lower, upper };
}

/** The acceleration of the mean: its jackknife formula comes down to skewness / (6 sqrt(n)). */
export function accelerationOfMean(moments: Moments): number {
  return moments.skewness / (6 * Math.sqrt(moments.n));
}

/**
 * The acceleration of any statistic of n independent units, by the jackknife.
 *
 * @param without the statistic without each unit in turn
 * @returns sum of (mean - value)^3 over 6 times the sum of their squares to the 1.5 (Efron and Tibshirani 14.15)
 */
export function accelerationOf(without: Float64Array): number {
  const mean = without.reduce((sum, value) => sum + value / without.length, 0);
  let squares = 0;
  let cubes = 0;
  for (const value of without) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/**
 * What stands for a sample's moments where a statistic of n >= 2 independent units is no mean: its standard error and its
 * skewness by the jackknife (Tukey 1958). Of a mean it is the sample's own, but for the skewness, which has divisor n.
 *
 * @param without the statistic without each unit in turn
 */
export function jackknifeMoments(without: Float64Array, estimate: number): Moments {
  const n = without.length;
  const mean = without.reduce((sum, value) => sum + value / n, 0);
  const squares = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    n,
    mean: estimate,
    standardError: Math.sqrt(((n - 1) / n) * squares),
    skewness: 6 * Math.sqrt(n) * accelerationOf(without),
  };
}

/**
 * The studentised (bootstrap-t) interval: mean - t* standard error, t* the replicates' t at the opposite ends (Efron
 * and Tibshirani 1993, chapter 12). Infinite when too many resamples have no spread, as with few distinct values.
 */
export function studentisedEnds(replicates: MeanReplicates, moments: Moments, level: number): Ends {
  const [low, high] = quantilesOfSorted(replicates.t.toSorted(), [(1 - level) / 2, (1 + level) / 2]);
  const end = (t: number, without: number): number =>
    Number.isFinite(t) ? moments.mean - t * moments.standardError : without;
  return { lower: end(high, Number.NEGATIVE_INFINITY), upper: end(low, Number.POSITIVE_INFINITY) };
}

/** Ties count half; sums of the same terms in another order differ in their last bits and are ties all the same. */
function shareBelow(sorted: Float64Array, x: number): number {
  const slack = 1e-10 * (sorted[sorted.length - 1] - sorted[0]);
  let below = 0;
  let upTo = 0;
  for (const value of sorted) {
    if (value < x - slack) below++;
    if (value <= x + slack) upTo++;
  }
  return (below + upTo) / (2 * sorted.length);
}
