import { logCapital, type ValueRange } from './betting.js';
import { pairedGains } from './differences.js';
import { holm } from './multiplicity.js';
import { bestFirst, intoTiers, type PairTest, type Ranking } from './ranking.js';
import { meanOf, requireBetween, requireWhole, type Values } from './values.js';

interface DatasetContender {
  readonly name: string;
  /** Of every dataset, the scores of its images (or units): of the same ones, in the same order, for every contender. */
  readonly datasets: readonly Values[];
}

interface BoundRankingOptions {
  readonly better: 'higher' | 'lower';
  /** Of one score. */
  readonly range: ValueRange;
  /** Chance, at most, of any "better" among the contenders that is not so; default 0.05. */
  readonly alpha?: number | undefined;
}

/**
 * Ranks contenders into tiers by bounds on the differences of their means (the mean of the datasets' means): of every
 * pair the capital that bets win on the mean gain lying above 0 is a p value, 2 over the capital (either could have been
 * the better one), and Holm corrects over all pairs. The chance of any false "better" is at most alpha, for any number of
 * independent images, any scores in the range, equal models and unequal ones alike; so few images tell nothing apart
 * without a rule of their own. Tiers as in `intoTiers`. Without a random number: equal input, equal output.
 * Throws `internal` as `logCapital` does, on unequal numbers of scores, or on two contenders of one name.
 */
export function rankByBounds(
  contenders: readonly DatasetContender[],
  { better, range: [low, high], alpha = 0.05 }: BoundRankingOptions,
): Ranking {
  requireBetween(alpha, 0, 1, 'alpha of a ranking');
  const sorted = bestFirst(
    contenders.map((contender) => ({ ...contender, mean: meanOf(contender.datasets.map(meanOf)) })),
    better,
  );
  const couples = sorted.flatMap((best, i) => sorted.slice(i + 1).map((worst) => [best, worst] as const));
  const tests = couples.map(([best, worst]) => {
    requireWhole(worst.datasets.length - best.datasets.length, 0, 'datasets that only one contender has');
    const gains = worst.datasets.map((scores, k) => pairedGains(scores, best.datasets[k] ?? [], better));
    const log = logCapital(gains, 0, { side: 'above', range: [low - high, high - low] });
    return { gain: Math.max(0, meanOf(gains.map(meanOf))), p: Math.min(1, 2 * Math.exp(-log)) };
  });
  const adjusted = holm(tests.map(({ p }) => p));
  const pairs = couples.map(([best, worst], i): PairTest => ({
    better: best.name,
    worse: worst.name,
    ...tests[i],
    adjusted: adjusted[i],
    distinguished: adjusted[i] <= alpha,
  }));
  return intoTiers(sorted, pairs);
}
