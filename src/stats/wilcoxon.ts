import { normalCdf } from './normal-distribution.js';
import { midranks } from './ranks.js';
import { fromTails, type TestOutcome } from './test-outcome.js';
import { requireFinite, type Alternative, type Values } from './values.js';

/** Up to this many differences other than zero, the distribution is counted and not approximated. */
const EXACT_PAIRS = 50;

/**
 * Wilcoxon's signed-rank test of paired differences. Zeros are dropped (Wilcoxon 1945), ties share midranks.
 * Exact, ties included, for up to `EXACT_PAIRS` differences: the distribution of the rank sum over all sign patterns,
 * for the given ranks. Above that the normal limit with the variance corrected for ties and a continuity
 * correction of one half (Hollander, Wolfe and Chicken 2014, section 3.1), as SciPy with `correction=True`.
 * `statistic` is the rank sum of the positive differences. Throws `internal` on a value that is not finite.
 */
export function wilcoxonSignedRank(differences: Values, alternative: Alternative = 'two-sided'): TestOutcome {
  requireFinite(differences, 'signed-rank test');
  const moved = Float64Array.from(differences).filter((d) => d !== 0);
  const n = moved.length;
  if (differences.length === 0) return { kind: 'untested', reason: 'no-values', n: 0 };
  if (n === 0) return { kind: 'untested', reason: 'no-differences', n: differences.length };
  const { ranks, tieTerm } = midranks(moved.map(Math.abs));
  let positive = 0;
  for (let i = 0; i < n; i++) if (moved[i] > 0) positive += ranks[i];
  if (n <= EXACT_PAIRS) {
    const [atLeast, atMost] = exactTails(ranks, positive);
    const p = fromTails(atLeast, atMost, alternative);
    return { kind: 'tested', p, statistic: positive, alternative, method: 'exact', n };
  }
  const centre = (n * (n + 1)) / 4;
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1) - tieTerm / 2) / 24);
  const atLeast = normalCdf(-(positive - centre - 0.5) / sd);
  const atMost = normalCdf((positive - centre + 0.5) / sd);
  const p = fromTails(atLeast, atMost, alternative);
  return { kind: 'tested', p, statistic: positive, alternative, method: 'normal', n };
}

/** P(sum >= observed) and P(sum <= observed) when each rank is in or out with probability one half. */
function exactTails(ranks: Float64Array, observed: number): [number, number] {
  // doubled midranks are whole numbers, so the distribution is a table over whole sums
  const doubled = Array.from(ranks, (rank) => Math.round(2 * rank));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reach = 0;
  for (const rank of doubled) {
    reach += rank;
    for (let s = reach; s >= 0; s--) {
      probability[s] = (probability[s] + (s >= rank ? probability[s - rank] : 0)) / 2;
    }
  }
  return tailsAt(probability, Math.round(2 * observed));
}

/** The two tails of a table of probabilities, both with the entry at `index` in them. */
export function tailsAt(probability: Float64Array, index: number): [number, number] {
  let atLeast = 0;
  let atMost = 0;
  for (let s = 0; s < probability.length; s++) {
    if (s >= index) atLeast += probability[s];
    if (s <= index) atMost += probability[s];
  }
  return [atLeast, atMost];
}
