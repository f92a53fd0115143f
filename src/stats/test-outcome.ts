import type { Alternative } from './values.js';

/** The result of a significance test. */
interface Tested {
  readonly kind: 'tested';
  /** P of a statistic at least as extreme when there is no difference; 0 exclusive .. 1. */
  readonly p: number;
  readonly statistic: number;
  readonly alternative: Alternative;
  /** `exact`: all arrangements counted; `monte-carlo`: a seeded sample of them; `normal`: the large-sample limit. */
  readonly method: 'exact' | 'monte-carlo' | 'normal';
  /** Values, or pairs, that took part; pairs without a difference may have been left out. */
  readonly n: number;
}

/** No test was possible: nothing given, or no pair differs. Not evidence of a difference: see `pOf`. */
interface Untested {
  readonly kind: 'untested';
  readonly reason: 'no-values' | 'no-differences';
  readonly n: number;
}

export type TestOutcome = Tested | Untested;

/** The p value, or 1 where nothing could be tested, e.g. to correct a family of tests. */
export function pOf(outcome: TestOutcome): number {
  return outcome.kind === 'tested' ? outcome.p : 1;
}

/** The p value of an alternative from the two tail probabilities, each with the observed value included. */
export function fromTails(atLeast: number, atMost: number, alternative: Alternative): number {
  if (alternative === 'greater') return Math.min(1, atLeast);
  if (alternative === 'less') return Math.min(1, atMost);
  return Math.min(1, 2 * Math.min(atLeast, atMost));
}
