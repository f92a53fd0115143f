import type { Estimate } from './ends.js';

/** How an interval for a mean was made; docs/statistics.md says when each is to be trusted. */
export type IntervalMethod = 't' | 'percentile' | 'bca' | 'studentised' | 'hall' | 'guarded' | 'strict';

/** A two-sided interval. Its lower end alone is a one-sided bound of level (1 + level) / 2. */
export interface Interval extends Estimate {
  readonly kind: 'interval';
  readonly method: IntervalMethod;
  /** Why the interval should be read with care; null when nothing speaks against it. */
  readonly caution: 'few-values' | 'skewed' | null;
}

/** Every value is the same, so the data show no spread at all; `lower` and `upper` equal it. */
interface ConstantInterval extends Estimate {
  readonly kind: 'constant';
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

export type IntervalOutcome = Interval | ConstantInterval | NoInterval;
