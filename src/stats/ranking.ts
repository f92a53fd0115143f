import { MaskbenchError } from '../core/errors.js';

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
 * Tiers of contenders, best mean first, by what is shown of their pairs. A contender's tier is one more than the lowest of
 * those that beat it beyond chance, the first if none does. So a tier never holds two that can be told apart. Where "cannot
 * be told apart" does not carry over (A like B, B like C, A better than C), B stands with A and its likeness to C is named
 * in `alike`.
 */
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
