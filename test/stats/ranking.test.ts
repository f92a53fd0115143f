import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/stats/random.js';
import { rankContenders, type Contender } from '../../src/stats/ranking.js';

/** Scores of the same images: a difficulty shared by all, and each contender's own noise. */
function contenders(offsets: Record<string, number>, noise = 0.02, n = 60): Contender[] {
  const random = createRandom('images');
  const difficulty = Array.from({ length: n }, () => 0.1 * random.normal());
  return Object.entries(offsets).map(([name, offset]) => {
    const own = random.split(name);
    return { name, scores: difficulty.map((d) => 0.8 + offset + d + noise * own.normal()) };
  });
}

function tiers(all: Contender[], better: 'higher' | 'lower' = 'higher'): Record<string, number> {
  const { contenders: ranked } = rankContenders(all, { better });
  return Object.fromEntries(ranked.map(({ name, tier }) => [name, tier]));
}

describe('ranking into tiers', () => {
  it('sees through differences of difficulty that are ten times the gap, as pairs allow', () => {
    expect(tiers(contenders({ a: 0.02, b: 0.02, c: 0 }))).toEqual({ a: 1, b: 1, c: 2 });
    expect(tiers(contenders({ a: 0.02, b: 0.02, c: 0 }), 'lower')).toEqual({ c: 1, a: 2, b: 2 });
  });

  it('puts twins in one tier, and a single contender in the first', () => {
    const [a] = contenders({ a: 0 });
    expect(tiers([a, { ...a, name: 'b' }])).toEqual({ a: 1, b: 1 });
    expect(tiers([a])).toEqual({ a: 1 });
    expect(rankContenders([], { better: 'higher' })).toEqual({ contenders: [], pairs: [] });
  });

  it('names the likeness that tiers cannot show: a like b, b like c, a better than c', () => {
    const { contenders: ranked, pairs } = rankContenders(contenders({ a: 0.011, b: 0.004, c: -0.003 }), {
      better: 'higher',
    });
    const told = Object.fromEntries(
      pairs.map((pair) => [`${pair.better}>${pair.worse}`, pair.distinguished]),
    );
    expect(told).toEqual({ 'a>b': false, 'b>c': false, 'a>c': true });
    expect(ranked.map(({ name, tier, beatenBy, alike }) => [name, tier, beatenBy, alike])).toEqual([
      ['a', 1, [], []],
      ['b', 1, [], ['c']],
      ['c', 2, ['a'], ['b']],
    ]);
  });

  it('does not depend on the order in which contenders are given, and keeps no two of a tier apart', () => {
    const offset = fc.integer({ min: -10, max: 10 }).map((x) => x / 500);
    fc.assert(
      fc.property(fc.tuple(offset, offset, offset, offset), ([a, b, c, d]) => {
        const all = contenders({ a, b, c, d }, 0.02, 30);
        const ranking = rankContenders(all, { better: 'higher', resamples: 2000 });
        expect(rankContenders(all.toReversed(), { better: 'higher', resamples: 2000 })).toEqual(ranking);
        const tier = new Map(ranking.contenders.map((one) => [one.name, one.tier]));
        for (const pair of ranking.pairs) {
          if (pair.distinguished) expect(tier.get(pair.better)).toBeLessThan(tier.get(pair.worse) ?? 0);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('claims a difference among equals in at most one family of twenty', () => {
    const random = createRandom('equals');
    let claimed = 0;
    const families = 400;
    for (let family = 0; family < families; family++) {
      const all = ['a', 'b', 'c', 'd'].map((name) => ({
        name,
        scores: Float64Array.from({ length: 24 }, () => Math.round(1000 * random.uniform() ** 0.2) / 1000),
      }));
      const { pairs } = rankContenders(all, { better: 'higher', resamples: 1000, seed: family });
      if (pairs.some((pair) => pair.distinguished)) claimed++;
    }
    // three standard errors above 5 %
    expect(claimed / families).toBeLessThan(0.083);
  });

  it('refuses two contenders of one name, and scores of different images', () => {
    const [a] = contenders({ a: 0 });
    expect(() => rankContenders([a, a], { better: 'higher' })).toThrow('same name');
    const short = { name: 'b', scores: [1] };
    expect(() => rankContenders([a, short], { better: 'higher' })).toThrow('against');
  });
});
