import { normalCdf } from './normal-distribution.js';
import { midranks } from './ranks.js';
import { fromTails, type TestOutcome } from './test-outcome.js';
import { requireFinite, type Alternative, type Values } from './values.js';
import { tailsAt } from './wilcoxon.js';

/** Up to this many values in both groups together, the distribution is counted and not approximated. */
const EXACT_VALUES = 50;

/**
 * The Mann-Whitney U test (Wilcoxon's rank-sum test) of two independent groups; `greater` asks whether the first
 * tends to the larger values. Exact, ties included, for up to `EXACT_VALUES` values: all ways to choose the first
 * group's ranks from the given midranks. Above that the normal limit with the variance corrected for ties and a
 * continuity correction of one half (Mann and Whitney 1947; ties: Lehmann 1975, section 1.4), as SciPy.
 * `statistic` is U of the first group: pairs in which it has the larger value, ties counting half.
 * Not for scores of the same images: those are paired. Throws `internal` on a value that is not finite.
 */
export function mannWhitney(
  first: Values,
  second: Values,
  alternative: Alternative = 'two-sided',
): TestOutcome {
  requireFinite(first, 'first group of a rank-sum test');
  requireFinite(second, 'second group of a rank-sum test');
  const m = first.length;
  const n = m + second.length;
  if (m === 0 || second.length === 0) return { kind: 'untested', reason: 'no-values', n };
  const { ranks, tieTerm } = midranks([...first, ...second]);
  if (tieTerm === n ** 3 - n) return { kind: 'untested', reason: 'no-differences', n };
  const rankSum = ranks.subarray(0, m).reduce((sum, rank) => sum + rank, 0);
  const u = rankSum - (m * (m + 1)) / 2;
  if (n <= EXACT_VALUES) {
    const [atLeast, atMost] = exactTails(ranks, m, rankSum);
    const p = fromTails(atLeast, atMost, alternative);
    return { kind: 'tested', p, statistic: u, alternative, method: 'exact', n };
  }
  const pairs = m * second.length;
  const sd = Math.sqrt((pairs / 12) * (n + 1 - tieTerm / (n * (n - 1))));
  const atLeast = normalCdf(-(u - pairs / 2 - 0.5) / sd);
  const atMost = normalCdf((u - pairs / 2 + 0.5) / sd);
  const p = fromTails(atLeast, atMost, alternative);
  return { kind: 'tested', p, statistic: u, alternative, method: 'normal', n };
}

/** Tails of the rank sum over all choices of m ranks; the counts stay whole, being at most C(50, 25) = 1.3e14. */
function exactTails(ranks: Float64Array, m: number, observed: number): [number, number] {
  const doubled = Array.from(ranks, (rank) => Math.round(2 * rank));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: m + 1 }, () => new Float64Array(total + 1));
  ways[0][0] = 1;
  for (const rank of doubled) {
    for (let chosen = m; chosen >= 1; chosen--) {
      for (let s = total; s >= rank; s--) ways[chosen][s] += ways[chosen - 1][s - rank];
    }
  }
  const all = ways[m].reduce((sum, count) => sum + count, 0);
  return tailsAt(
    ways[m].map((count) => count / all),
    Math.round(2 * observed),
  );
}
