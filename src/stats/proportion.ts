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

/** New bad images minus mended ones, as a share of all; each bound one-sided, of confidence `level`. */
export interface ExcessShare {
  readonly n: number;
  readonly fresh: number;
  readonly mended: number;
  /** -1..1. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
}

/**
 * Exact bounds for the excess of `fresh` bad images over `mended` ones among n >= 1 independent images, of one dataset or
 * several together: Clopper and Pearson's bounds of the two shares, whose errors add up to 1 - level, so they hold
 * whatever the shares are and however they hang together. The upper one spends four fifths of its error on the fresh
 * ones, which is what decides where little was mended. For data looked at once; for units, for the mean of datasets'
 * shares or a look after every image there is `meanBounds` of `excess`. Throws `internal` unless the counts are whole,
 * not negative and together at most n.
 */
export function excessShare(fresh: number, mended: number, n: number, level = 0.95): ExcessShare {
  requireWhole(n - fresh - mended, 0, 'number of images that are as before');
  requireBetween(level, 0, 1, 'level');
  // both ends of the two-sided interval of level 1 - 2 e are one-sided bounds of error e
  const of = (hits: number, part: number): ProportionInterval =>
    proportionInterval(hits, n, 1 - 2 * part * (1 - level));
  return {
    n,
    fresh,
    mended,
    estimate: (fresh - mended) / n,
    lower: of(fresh, 0.5).lower - of(mended, 0.5).upper,
    upper: of(fresh, 0.8).upper - of(mended, 0.2).lower,
    level,
  };
}
