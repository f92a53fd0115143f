import { betaQuantile } from './beta-distribution.js';
import type { Estimate } from './ends.js';
import { requireBetween, requireWhole } from './values.js';

/** An interval for a share of images, e.g. of catastrophes; all in 0..1. */
interface ProportionInterval extends Estimate {
  readonly hits: number;
}

/**
 * Clopper and Pearson's (1934) exact interval for hits out of n >= 1 trials: covers at least `level`, always. None of
 * 200 still allows 1.8 %: what a tail rule should say when it has seen nothing.
 * Throws `internal` unless 0 <= hits <= n, whole, n >= 1.
 */
export function proportionInterval(hits: number, n: number, level = 0.95): ProportionInterval {
  requireWhole(n, 1, 'number of trials');
  requireWhole(hits, 0, 'number of hits');
  requireWhole(n - hits, 0, 'number of misses');
  requireBetween(level, 0, 1, 'level of an interval');
  const miss = (1 - level) / 2;
  return {
    n,
    hits,
    estimate: hits / n,
    lower: hits === 0 ? 0 : betaQuantile(miss, hits, n - hits + 1),
    upper: hits === n ? 1 : betaQuantile(1 - miss, hits + 1, n - hits),
    level,
  };
}

/** How many images without a single hit show that fewer than `share` of all images are hits, at one-sided `level`. */
export function imagesToRuleOut(share: number, level = 0.95): number {
  requireBetween(share, 0, 1, 'share to rule out');
  requireBetween(level, 0, 1, 'level');
  return Math.ceil(Math.log1p(-level) / Math.log1p(-share));
}
