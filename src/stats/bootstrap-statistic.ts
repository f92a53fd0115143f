import { bcaEnds, percentileEnds } from './bootstrap.js';
import type { IntervalOutcome } from './interval.js';
import { createRandom, type Draws } from './random.js';
import { requireBetween, requireWhole } from './values.js';

interface StatisticOptions extends Draws {
  /** `bca` (default) takes n more evaluations of the statistic than `percentile`, for the jackknife. */
  readonly method?: 'bca' | 'percentile';
  readonly level?: number;
}

/**
 * A bootstrap interval for any statistic of n >= 2 independent units, e.g. IoU pooled over the pixels of all images.
 * `statistic` gets the indices of the units (with repetitions; the array is reused between calls) and returns a number.
 * It is called resamples + n times: keep it linear. For means use `meanInterval`, which is faster and guarded.
 * An estimate or resample that is not a number, or an estimate outside of all resamples, gives `unbounded`.
 */
export function statisticInterval(
  n: number,
  statistic: (units: Uint32Array) => number,
  options: StatisticOptions = {},
): IntervalOutcome {
  requireWhole(n, 0, 'number of units');
  const level = options.level ?? 0.95;
  const method = options.method ?? 'bca';
  requireBetween(level, 0, 1, 'level of an interval');
  if (n < 2) return { kind: 'none', reason: 'too-few', n, needed: 2 };
  const estimate = statistic(Uint32Array.from({ length: n }, (_, i) => i));
  const random = createRandom(options.seed ?? 0);
  const units = new Uint32Array(n);
  const replicates = Float64Array.from({ length: options.resamples ?? 10_000 }, () => {
    random.fillBelow(units, n);
    return statistic(units);
  }).sort();
  const last = replicates[replicates.length - 1];
  // NaN sorts last
  if (!Number.isFinite(estimate) || !Number.isFinite(replicates[0]) || !Number.isFinite(last)) {
    return { kind: 'none', reason: 'unbounded', n, needed: n + 1 };
  }
  if (replicates[0] === last && last === estimate) {
    return { kind: 'constant', level, n, estimate, lower: estimate, upper: estimate };
  }
  const { lower, upper } =
    method === 'percentile'
      ? percentileEnds(replicates, level)
      : bcaEnds(replicates, estimate, jackknifeAcceleration(n, statistic), level);
  if (!Number.isFinite(lower) || !Number.isFinite(upper)) {
    return { kind: 'none', reason: 'unbounded', n, needed: n + 1 };
  }
  return {
    kind: 'interval',
    method,
    level,
    n,
    estimate,
    lower,
    upper,
    caution: n < 30 ? 'few-values' : null,
  };
}

function jackknifeAcceleration(n: number, statistic: (units: Uint32Array) => number): number {
  const units = Uint32Array.from({ length: n - 1 }, (_, i) => i + 1);
  const without = new Float64Array(n);
  for (let left = 0; left < n; left++) {
    // the unit left out moves up by one a round
    if (left > 0) units[left - 1] = left - 1;
    without[left] = statistic(units);
  }
  return accelerationOf(without);
}

/**
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
