import { MaskbenchError } from '../core/errors.js';
import type { Caution } from '../schema/caution.js';
import type { IntervalMethod } from './interval.js';
import { meanInterval } from './mean-interval.js';
import { meanOfDatasets } from './mean-of-datasets.js';
import { isConstant, momentsOf } from './moments.js';
import type { Draws } from './random.js';
import { meanOf, requireBetween, requireFinite, requireWhole, type Values } from './values.js';
import { smallestWhere } from './bisection.js';
import { studentQuantile } from './student-distribution.js';

type Verdict = 'pass' | 'fail' | 'inconclusive';

interface NonInferiorityOptions extends Draws {
  /** How much mean may be lost, in the metric's unit; 0 asks for proof of an improvement. */
  readonly margin: number;
  /** Confidence of each one-sided bound, above 0.5; default 0.95. */
  readonly level?: number;
  /** Fewer images than this are never more than inconclusive; default 30. */
  readonly minimum?: number;
  /** Of a single dataset; default `strict`. The mean of several is bounded by `meanOfDatasets`. */
  readonly method?: IntervalMethod;
}

export interface NonInferiority {
  readonly verdict: Verdict;
  /** What decided. */
  readonly because:
    | 'lower-bound-above-margin'
    | 'upper-bound-below-margin'
    | 'interval-spans-margin'
    | 'too-few-images'
    | 'no-interval';
  readonly n: number;
  readonly margin: number;
  readonly level: number;
  readonly boundLevel: number;
  /** The mean of the datasets' mean gains, positive is better; null without images. */
  readonly estimate: number | null;
  /** One-sided bounds of the mean gain, each of nominal confidence `boundLevel`, so that the verdict has `level`. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** All images moved by the same amount (often none at all), so there was no spread to reckon with. */
  readonly constant: boolean;
  /** The smallest mean loss that these data could have shown with 80 % power; null without spread or images. */
  readonly smallestDetectable: number | null;
  /** Images with which an equal candidate would pass in 8 of 10 trials; null without spread, images or margin. */
  readonly imagesNeeded: number | null;
  readonly caution: Caution | null;
}

/**
 * One-sided non-inferiority of paired gains (positive is better, see `pairedGains`), of one dataset or in the mean of
 * several: `pass` if the lower bound of the mean gain is above -margin, `fail` if the upper bound is below it, else
 * `inconclusive`. Each wrong verdict has a chance of at most 1 - level, as far as the interval covers, which it does not
 * where a rare image that is not among these loses much; docs/statistics.md has the simulated errors. Throws `internal`
 * on bad input.
 */
export function nonInferiority(datasets: readonly Values[], options: NonInferiorityOptions): NonInferiority {
  const { margin, level = 0.95, minimum = 30, method = 'strict' } = options;
  for (const gains of datasets) requireFinite(gains, 'non-inferiority');
  if (!(margin >= 0 && Number.isFinite(margin))) {
    throw new MaskbenchError('internal', `non-inferiority margin is ${margin}; it must be at least 0`);
  }
  requireBetween(level, 0.5, 1, 'level of a one-sided bound');
  requireWhole(minimum, 0, 'minimum number of images');
  const n = datasets.reduce((sum, { length }) => sum + length, 0);
  // the mean of datasets is known no better than if all were as small as the smallest
  const even = datasets.length * Math.min(...datasets.map(({ length }) => length), n);
  const boundLevel = boundLevelFor(level, even);
  // both ends of the two-sided interval of level 2 L - 1 are one-sided bounds of level L
  const { resamples, seed } = options;
  const draws = { level: 2 * boundLevel - 1, resamples, seed };
  const interval =
    datasets.length > 1
      ? meanOfDatasets(datasets, draws)
      : meanInterval(datasets[0] ?? [], { method, ...draws });
  const bounds = interval.kind === 'none' ? null : interval;
  const power = powerOf(datasets, n, margin, 1 - boundLevel);
  const shared = {
    n,
    margin,
    level,
    boundLevel,
    estimate: bounds?.estimate ?? (even > 0 ? meanOf(datasets.map(meanOf)) : null),
    lower: bounds?.lower ?? null,
    upper: bounds?.upper ?? null,
    constant: interval.kind === 'constant',
    caution: interval.kind === 'none' ? null : interval.caution,
    ...power,
  };
  if (even < minimum) return { ...shared, verdict: 'inconclusive', because: 'too-few-images' };
  if (bounds === null) return { ...shared, verdict: 'inconclusive', because: 'no-interval' };
  if (bounds.lower > -margin) return { ...shared, verdict: 'pass', because: 'lower-bound-above-margin' };
  if (bounds.upper < -margin) return { ...shared, verdict: 'fail', because: 'upper-bound-below-margin' };
  return { ...shared, verdict: 'inconclusive', because: 'interval-spans-margin' };
}

/**
 * The nominal level at which the bounds are taken, for a verdict at `level` from n images: the error allowed is divided
 * by 1 + 60 / n. Simulated on tied, sparse and skewed gains, the strict bound without it lets pass up to 1.8 times as
 * often as it says at n <= 100 and as it says from about 500 on; with it, never beyond 5 % and simulation error
 * (bench/coverage.mjs). At 200 images it widens the bounds by 8 %, at 1,000 by 2 %.
 */
export function boundLevelFor(level: number, n: number): number {
  return n === 0 ? level : 1 - (1 - level) / (1 + 60 / n);
}

function powerOf(
  datasets: readonly Values[],
  n: number,
  margin: number,
  alpha: number,
): Pick<NonInferiority, 'smallestDetectable' | 'imagesNeeded'> {
  if (n === 0 || datasets.some(({ length }) => length < 2) || datasets.every(isConstant)) {
    return { smallestDetectable: null, imagesNeeded: null };
  }
  const errors = datasets.map((gains) => momentsOf(gains).standardError / datasets.length);
  const sd = Math.hypot(...errors) * Math.sqrt(n);
  return {
    smallestDetectable: minimumDetectableEffect(sd, n, { alpha }),
    imagesNeeded: margin > 0 ? imagesNeeded(sd, margin, { alpha }) : null,
  };
}

interface PowerOptions {
  /** One-sided error of the test, default 0.05. */
  readonly alpha?: number;
  /** Chance to reach the conclusion when the effect is there, default 0.8. */
  readonly power?: number;
}

/**
 * The smallest mean difference that a one-sided paired test of n >= 2 differences with this standard deviation finds
 * with the given power: (t_{1-alpha} + t_{power}) sd / sqrt(n), n - 1 degrees of freedom. Read as a margin it is the
 * smallest with which a truly equal candidate would have passed. Shifting t stands in for the noncentral t: within 2 %
 * from n = 10 on (test). In the unit of sd. Throws `internal` on bad input.
 */
export function minimumDetectableEffect(sd: number, n: number, options: PowerOptions = {}): number {
  requireWhole(n, 2, 'number of differences');
  if (!(sd >= 0 && Number.isFinite(sd))) {
    throw new MaskbenchError('internal', `standard deviation of differences is ${sd}`);
  }
  return (reach(n, options) * sd) / Math.sqrt(n);
}

/**
 * How many paired images a non-inferiority test needs to pass with the given power when the candidate's true mean
 * gain is `gain` (default 0: just as good). Infinite when `gain` is at or below -margin, which should not pass.
 */
export function imagesNeeded(sd: number, margin: number, options: PowerOptions = {}, gain = 0): number {
  const room = gain + margin;
  if (!(room > 0)) return Number.POSITIVE_INFINITY;
  const enough = (n: number): boolean => minimumDetectableEffect(sd, n, options) <= room;
  return smallestWhere(enough, 2, 1e12) ?? Number.POSITIVE_INFINITY;
}

function reach(n: number, options: PowerOptions): number {
  const alpha = options.alpha ?? 0.05;
  const power = options.power ?? 0.8;
  requireBetween(alpha, 0, 1, 'alpha');
  requireBetween(power, 0, 1, 'power');
  return studentQuantile(1 - alpha, n - 1) + studentQuantile(power, n - 1);
}
