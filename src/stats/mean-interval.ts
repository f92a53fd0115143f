import { cautionFor, type IntervalMethod, type IntervalOutcome } from './interval.js';
import { isConstant, type Moments, momentsOf } from './moments.js';
import type { Draws } from './random.js';
import { type MeanReplicates, resampleMeans } from './resample.js';
import { meanOf, requireBetween, requireFinite, type Values } from './values.js';
import { accelerationOfMean, bcaEnds, percentileEnds, studentisedEnds } from './bootstrap.js';
import { type Ends, type Limits, widestEnds, within } from './ends.js';
import { studentQuantile } from './student-distribution.js';

interface IntervalOptions extends Draws {
  /** Default `guarded`. */
  readonly method?: IntervalMethod | undefined;
  /** Confidence of the two-sided interval, 0..1 exclusive; default 0.95. */
  readonly level?: number | undefined;
  /** What one value can be; no end lies beyond it. */
  readonly range?: Limits | undefined;
}

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
    const caution = cautionFor([n], 0);
    return { kind: 'constant', level, n, estimate: values[0], lower: values[0], upper: values[0], caution };
  }
  const moments = momentsOf(values);
  let drawn: MeanReplicates | undefined;
  const replicates = (): MeanReplicates =>
    (drawn ??= resampleMeans(values, options.resamples ?? 10_000, options.seed ?? 0));
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
    ...within({ lower, upper }, options.range),
    caution: cautionFor([n], moments.skewness / Math.sqrt(n)),
  };
}

/**
 * The ends of an interval for a mean by the named method, from the moments of at least two values that are not all
 * equal. `replicates` is called only by the methods that resample. An end may be infinite (`studentised`).
 */
export function meanEnds(
  method: IntervalMethod,
  level: number,
  moments: Moments,
  replicates: () => MeanReplicates,
): Ends {
  const bca = (): Ends => bcaEnds(replicates().means, moments.mean, accelerationOfMean(moments), level);
  switch (method) {
    case 't':
      return studentEnds(moments, level);
    case 'hall':
      return hallEnds(moments, level);
    case 'percentile':
      return percentileEnds(replicates().means, level);
    case 'bca':
      return bca();
    case 'studentised':
      return studentisedEnds(replicates(), moments, level);
    case 'guarded':
      return widestEnds([studentEnds(moments, level), bca()]);
    case 'strict':
      return widestEnds([studentEnds(moments, level), bca(), hallEnds(moments, level)]);
  }
}

/** Student's interval: mean -/+ t standard errors, n - 1 degrees of freedom. */
export function studentEnds(moments: Moments, level: number): Ends {
  const reach = studentQuantile((1 + level) / 2, moments.n - 1) * moments.standardError;
  return { lower: moments.mean - reach, upper: moments.mean + reach };
}

/**
 * Student's interval with the skewness taken out by Hall's monotone cubic (Hall 1992, "On the removal of skewness by
 * transformation", J. R. Statist. Soc. B 54:221-228). With g = skewness / sqrt(n), the statistic
 * t + g t^2 / 3 + g^2 t^3 / 27 + g / 6 is nearly symmetric; its inverse at the t quantiles gives the ends. Unlike the
 * studentised bootstrap it is always finite, and it needs no resampling.
 */
export function hallEnds(moments: Moments, level: number): Ends {
  const g = moments.skewness / Math.sqrt(moments.n);
  const inverse = (t: number): number =>
    Math.abs(g) < 1e-9 ? t : (3 / g) * (Math.cbrt(1 + g * (t - g / 6)) - 1);
  const t = studentQuantile((1 + level) / 2, moments.n - 1);
  return {
    lower: moments.mean - inverse(t) * moments.standardError,
    upper: moments.mean - inverse(-t) * moments.standardError,
  };
}
