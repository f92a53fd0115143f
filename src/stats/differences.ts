import { requirePaired, type Values } from './values.js';

/**
 * What the candidate gains over the baseline, image by image: positive is better, whichever way the metric points.
 * Rounded to twelve digits of the largest score, so that 0.3 - 0.2 and 0.4 - 0.3 are the tie that they are on paper;
 * the rank tests and the count of ties depend on it.
 */
export function pairedGains(baseline: Values, candidate: Values, better: 'higher' | 'lower'): Float64Array {
  requirePaired(baseline, candidate, 'paired scores');
  let largest = 0;
  for (let i = 0; i < baseline.length; i++) {
    largest = Math.max(largest, Math.abs(baseline[i]), Math.abs(candidate[i]));
  }
  const steps = largest > 0 ? 10 ** (12 - Math.ceil(Math.log10(largest))) : 1;
  const sign = better === 'higher' ? 1 : -1;
  const gains = new Float64Array(baseline.length);
  for (let i = 0; i < gains.length; i++) {
    const rounded = (Math.round(candidate[i] * steps) - Math.round(baseline[i] * steps)) / steps;
    gains[i] = rounded === 0 ? 0 : sign * rounded;
  }
  return gains;
}

/**
 * Image by image, 1 where something bad is new, -1 where it was mended, else 0: its mean is the excess of new over mended
 * ones as a share of the images, and `meanBounds` in [-1, 1] bounds it. A share of new ones alone grows with any noise
 * between two equal models; the excess does not. Throws `internal` on unequal lengths.
 */
export function excess(before: readonly boolean[], now: readonly boolean[]): Float64Array {
  const [was, is] = [before.map(Number), now.map(Number)];
  requirePaired(was, is, 'excess of bad images');
  return Float64Array.from(is, (bad, i) => bad - was[i]);
}
