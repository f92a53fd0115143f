import { MaskbenchError } from '../core/errors.js';
import { pairedGains } from './differences.js';
import { holm } from './multiplicity.js';
import { signFlipTest } from './permutation.js';
import type { Seed } from './random.js';
import { pOf } from './test-outcome.js';
import { meanOf, requireBetween, requireFinite, type Values } from './values.js';

export interface Contender {
  readonly name: string;
  /** Scores of the same images, in the same order, for every contender. */
  readonly scores: Values;
}

interface RankingOptions {
  readonly better: 'higher' | 'lower';
  /** Chance, at most, of telling any two models apart that could change places on every image; default 0.05. */
  readonly alpha?: number;
  /** Sign patterns a pair; by default 10,000, or as many as the number of pairs takes to reach alpha at all. */
  readonly resamples?: number;
  readonly seed?: Seed;
}

interface Ranked {
  readonly name: string;
  readonly mean: number;
  /** From 1. Two contenders of one tier cannot be told apart. */
  readonly tier: number;
  /** Contenders that are better beyond chance, best first. */
  readonly beatenBy: readonly string[];
  /** Contenders of other tiers that nevertheless cannot be told apart from this one, best first. */
  readonly alike: readonly string[];
}

export interface PairTest {
  readonly better: string;
  readonly worse: string;
  /** Mean gain of the better one, at least 0. */
  readonly gain: number;
  readonly p: number;
  readonly adjusted: number;
  readonly distinguished: boolean;
}

export interface Ranking {
  /** Best mean first; equal means by name. */
  readonly contenders: readonly Ranked[];
  readonly pairs: readonly PairTest[];
}

/**
 * Ranks contenders into tiers: every pair by a two-sided sign-flip test over the same images, Holm over all pairs.
 * A contender's tier is one more than the lowest of those that beat it beyond chance, the first if none does. So a
 * tier never holds two that can be told apart. Where "cannot be told apart" does not carry over (A like B, B like C,
 * A better than C), B stands with A and its likeness to C is named in `alike`. Better means in the mean over the same
 * images, so there are no circles; equal input gives equal output, whatever the order of the contenders.
 * Throws `internal` on unequal numbers of scores or two contenders of one name.
 */
export function rankContenders(contenders: readonly Contender[], options: RankingOptions): Ranking {
  const alpha = options.alpha ?? 0.05;
  requireBetween(alpha, 0, 1, 'alpha of a ranking');
  const sorted = byMean(contenders, options.better);
  return intoTiers(sorted, pairwise(sorted, options, alpha));
}

/** Tiers of contenders, best mean first, by what is shown of their pairs. */
export function intoTiers(
  sorted: readonly Pick<Ranked, 'name' | 'mean'>[],
  pairs: readonly PairTest[],
): Ranking {
  const rank = new Map<string, Ranked>();
  for (const { name, mean } of sorted) {
    const beatenBy = pairs
      .filter((pair) => pair.worse === name && pair.distinguished)
      .map((pair) => pair.better);
    const tier = 1 + Math.max(0, ...beatenBy.map((other) => rank.get(other)?.tier ?? 0));
    rank.set(name, { name, mean, tier, beatenBy, alike: [] });
  }
  const ranked = sorted.flatMap(({ name }) => rank.get(name) ?? []);
  return {
    contenders: ranked.map((one) => ({ ...one, alike: alikeElsewhere(one, ranked, pairs) })),
    pairs,
  };
}

interface WithMean extends Contender {
  readonly mean: number;
}

function byMean(contenders: readonly Contender[], better: 'higher' | 'lower'): WithMean[] {
  return bestFirst(
    contenders.map((contender) => {
      requireFinite(contender.scores, `scores of ${contender.name}`);
      return { ...contender, mean: meanOf(contender.scores) };
    }),
    better,
  );
}

/** Best mean first, equal means by name. Throws `internal` on two of one name. */
export function bestFirst<C extends Pick<Ranked, 'name' | 'mean'>>(
  contenders: readonly C[],
  better: 'higher' | 'lower',
): C[] {
  const names = new Set(contenders.map(({ name }) => name));
  if (names.size < contenders.length) {
    throw new MaskbenchError('internal', 'two contenders of a ranking have the same name');
  }
  const sign = better === 'higher' ? -1 : 1;
  return contenders.toSorted((a, b) => sign * (a.mean - b.mean) || (a.name < b.name ? -1 : 1));
}

/** All pairs, best against second best first. */
function pairwise(sorted: readonly WithMean[], options: RankingOptions, alpha: number): PairTest[] {
  const couples = sorted.flatMap((better, i) => sorted.slice(i + 1).map((worse) => ({ better, worse })));
  // Holm multiplies the smallest p by the number of pairs: 1 / (resamples + 1) must leave it room below alpha
  const resamples = options.resamples ?? Math.max(10_000, Math.ceil((10 * couples.length) / alpha));
  const tests = couples.map(({ better, worse }) => {
    const gains = pairedGains(worse.scores, better.scores, options.better);
    const seed = `${options.seed ?? 0}/${better.name}/${worse.name}`;
    return { gain: Math.max(0, meanOf(gains)), p: pOf(signFlipTest(gains, { resamples, seed })) };
  });
  const adjusted = holm(tests.map((test) => test.p));
  return couples.map(({ better, worse }, i) => ({
    better: better.name,
    worse: worse.name,
    gain: tests[i].gain,
    p: tests[i].p,
    adjusted: adjusted[i],
    distinguished: adjusted[i] <= alpha && better.mean !== worse.mean,
  }));
}

function alikeElsewhere(one: Ranked, ranked: readonly Ranked[], pairs: readonly PairTest[]): string[] {
  const told = new Set(
    pairs
      .filter((pair) => pair.distinguished && (pair.better === one.name || pair.worse === one.name))
      .map((pair) => (pair.better === one.name ? pair.worse : pair.better)),
  );
  return ranked
    .filter((other) => other.tier !== one.tier && !told.has(other.name))
    .map((other) => other.name);
}
