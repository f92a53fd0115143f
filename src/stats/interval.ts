import { FEW_OF_ONE, FEW_VALUES, type Caution } from '../schema/caution.js';
import type { Estimate } from './ends.js';

/** How an interval for a mean was made; docs/statistics.md says when each is to be trusted. */
export type IntervalMethod = 't' | 'percentile' | 'bca' | 'studentised' | 'hall' | 'guarded' | 'strict';

/** A two-sided interval. Its lower end alone is a one-sided bound of level (1 + level) / 2. */
export interface Interval extends Estimate {
  readonly kind: 'interval';
  readonly method: IntervalMethod;
  readonly caution: Caution | null;
}

/** Every value is the same, so the data show no spread at all; `lower` and `upper` equal it. */
interface ConstantInterval extends Estimate {
  readonly kind: 'constant';
  readonly caution: Caution | null;
}

/** There is no interval. */
interface NoInterval {
  readonly kind: 'none';
  /**
   * `too-few`: fewer than `needed` values. `unbounded`: resamples without any spread leave an end without a limit
   * (studentised), or the estimate lies outside of all resamples (BCa).
   */
  readonly reason: 'too-few' | 'unbounded';
  readonly n: number;
  readonly needed: number;
}

/** Beyond this skewness of the estimate itself simulated coverage can drop under 93 %. */
const SKEWED = 0.35;

/**
 * Why an interval should be read with care; null when nothing speaks against it.
 *
 * @param sizes how many values it is from, dataset by dataset
 * @param skewness of the estimate: of a mean, that of the values over the root of n
 */
export function cautionFor(sizes: readonly number[], skewness: number): Caution | null {
  const fewest = Math.min(...sizes);
  const isFew = sizes.length * fewest < FEW_VALUES || (sizes.length > 1 && fewest < FEW_OF_ONE);
  return isFew ? 'few-values' : Math.abs(skewness) > SKEWED ? 'skewed' : null;
}

export type IntervalOutcome = Interval | ConstantInterval | NoInterval;
