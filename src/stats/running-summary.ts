import { MaskbenchError } from '../core/errors.js';

/** Count, mean, spread and extremes of the values added so far, in constant memory. */
interface RunningSummary {
  readonly n: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
  readonly min: number;
  readonly max: number;
}

/** Nothing added yet. The extremes of nothing are infinite; `n` says so. */
export const EMPTY_RUNNING: RunningSummary = {
  n: 0,
  mean: 0,
  squares: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
};

/**
 * The summary with one more value (Welford 1962, "Note on a method for calculating corrected sums of squares"):
 * no catastrophic cancellation where the spread is small beside the mean. Throws `internal` on NaN and infinities.
 */
export function withValue(so: RunningSummary, value: number): RunningSummary {
  if (!Number.isFinite(value)) throw new MaskbenchError('internal', `running summary: value is ${value}`);
  const n = so.n + 1;
  const step = value - so.mean;
  const mean = so.mean + step / n;
  return {
    n,
    mean,
    squares: so.squares + step * (value - mean),
    min: Math.min(so.min, value),
    max: Math.max(so.max, value),
  };
}

/** The summary of two sets together (Chan, Golub and LeVeque 1979), e.g. of two shards. */
export function merged(a: RunningSummary, b: RunningSummary): RunningSummary {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const n = a.n + b.n;
  const apart = b.mean - a.mean;
  return {
    n,
    mean: a.mean + (apart * b.n) / n,
    squares: a.squares + b.squares + (apart * apart * a.n * b.n) / n,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** Sample standard deviation, divisor n - 1; null below two values. */
export function runningSd(so: RunningSummary): number | null {
  return so.n < 2 ? null : Math.sqrt(so.squares / (so.n - 1));
}
