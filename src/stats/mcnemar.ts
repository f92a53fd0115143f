import { binomialCdf } from './binomial-distribution.js';
import { fromTails, type TestOutcome } from './test-outcome.js';
import { requireWhole, type Alternative } from './values.js';

/**
 * McNemar's exact test of paired yes-or-no outcomes, e.g. images under IoU 0.5 with one model and not with the other.
 * `lost` images went from good to bad, `won` the other way; those that stayed do not enter. Under no difference `won`
 * is Binomial(won + lost, 1/2); two-sided p is twice the smaller tail. `greater` asks whether more were won than lost.
 * `statistic` is `won`. Throws `internal` unless both are whole numbers of at least 0.
 */
export function mcnemarExact(won: number, lost: number, alternative: Alternative = 'two-sided'): TestOutcome {
  requireWhole(won, 0, 'images won');
  requireWhole(lost, 0, 'images lost');
  const n = won + lost;
  if (n === 0) return { kind: 'untested', reason: 'no-differences', n };
  const atMost = binomialCdf(won, n, 0.5);
  const atLeast = binomialCdf(lost, n, 0.5);
  const p = fromTails(atLeast, atMost, alternative);
  return { kind: 'tested', p, statistic: won, alternative, method: 'exact', n };
}
