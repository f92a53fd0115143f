import { meanEnds } from './mean-ends.js';
import type { IntervalMethod, IntervalOutcome } from './interval.js';
import { isConstant, momentsOf, type Moments } from './moments.js';
import { createRandom, type Seed } from './random.js';
import { resampleMeans, type MeanReplicates } from './resample.js';
import { meanOf, requireBetween, requireFinite, type Values } from './values.js';

export interface IntervalOptions {
  /** Default `guarded`. */
  readonly method?: IntervalMethod | undefined;
  /** Confidence of the two-sided interval, 0..1 exclusive; default 0.95. */
  readonly level?: number | undefined;
  /** Bootstrap resamples; default 10,000. */
  readonly resamples?: number | undefined;
  /** Default 0. */
  readonly seed?: Seed | undefined;
}

/** Below this many values, or above this |skewness| / sqrt(n), simulated coverage can drop under 93 %. */
const FEW = 30;
const SKEWED = 0.35;

/**
 * An interval for the mean of scores, or of paired differences, in their unit.
 * `guarded`, for reporting, is the wider of Student's t and BCa at each end; `strict`, for gates, takes Hall's
 * skewness correction in as well. They are close to the plain methods when these agree, and cover when one of them
 * does not: BCa falls short on few or symmetric heavy-tailed differences, t on skewed ones (docs/statistics.md).
 * Throws `internal` on a value that is not finite or a level out of range.
 */
export function meanInterval(values: Values, options: IntervalOptions = {}): IntervalOutcome {
  const level = options.level ?? 0.95;
  const method = options.method ?? 'guarded';
  requireFinite(values, 'interval of a mean');
  requireBetween(level, 0, 1, 'level of an interval');
  const n = values.length;
  if (n < 2) return { kind: 'none', reason: 'too-few', n, needed: 2 };
  if (isConstant(values)) {
    return { kind: 'constant', level, n, estimate: values[0], lower: values[0], upper: values[0] };
  }
  const moments = momentsOf(values);
  let drawn: MeanReplicates | undefined;
  const replicates = (): MeanReplicates =>
    (drawn ??= resampleMeans(values, options.resamples ?? 10_000, createRandom(options.seed ?? 0)));
  const { lower, upper } = meanEnds(method, level, moments, replicates);
  if (!Number.isFinite(lower) || !Number.isFinite(upper)) {
    return { kind: 'none', reason: 'unbounded', n, needed: n + 1 };
  }
  return {
    kind: 'interval',
    method,
    level,
    n,
    estimate: meanOf(values),
    lower,
    upper,
    caution: cautionOf(moments),
  };
}

function cautionOf(moments: Moments): 'few-values' | 'skewed' | null {
  if (moments.n < FEW) return 'few-values';
  return Math.abs(moments.skewness) / Math.sqrt(moments.n) > SKEWED ? 'skewed' : null;
}
