import { MaskbenchError } from '../core/errors.js';
import { smallestWhere } from './bisection.js';
import { studentQuantile } from './student-distribution.js';
import { requireBetween, requireWhole } from './values.js';

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
