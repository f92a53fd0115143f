import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/stats/random.js';
import { rankByBounds } from '../../src/stats/ranking-by-bounds.js';
import { shortOrLong } from '../support/long.js';

const OPTIONS = { better: 'higher', range: [0, 1] } as const;
const random = createRandom('rank by bounds');

function models(offsets: Record<string, number>, sizes: readonly number[], noise = 0.07) {
  const difficulty = sizes.map((n) => Float64Array.from({ length: n }, () => 0.7 + 0.1 * random.normal()));
  return Object.entries(offsets).map(([name, offset]) => ({
    name,
    datasets: difficulty.map((of) =>
      of.map((d) => Math.max(0, Math.min(1, d + offset + noise * random.normal()))),
    ),
  }));
}

const tiersOf = (ranking: ReturnType<typeof rankByBounds>): Record<string, number> =>
  Object.fromEntries(ranking.contenders.map(({ name, tier }) => [name, tier]));

describe('ranking by bounds', () => {
  it('tells .05 apart on 200 images, of one dataset or two, whichever way the metric points', () => {
    for (const sizes of [[200], [100, 100], [80, 300]]) {
      const all = models({ a: 0.05, b: 0.05, c: 0 }, sizes);
      expect(tiersOf(rankByBounds(all, OPTIONS))).toEqual({ a: 1, b: 1, c: 2 });
      const down = all.map(({ name, datasets }) => ({
        name,
        datasets: datasets.map((of) => of.map((score) => 1 - score)),
      }));
      expect(tiersOf(rankByBounds(down, { ...OPTIONS, better: 'lower' }))).toEqual({ a: 1, b: 1, c: 2 });
    }
  });

  it('tells nothing apart on five images, even all against nothing, and does on six', () => {
    const extreme = (n: number) => [
      { name: 'all', datasets: [new Float64Array(n).fill(1)] },
      { name: 'none', datasets: [new Float64Array(n)] },
    ];
    expect(tiersOf(rankByBounds(extreme(5), OPTIONS))).toEqual({ all: 1, none: 1 });
    expect(tiersOf(rankByBounds(extreme(6), OPTIONS))).toEqual({ all: 1, none: 2 });
    // 2 / (0.6 2^7 + ...): the two-sided p of bets at the edge
    expect(rankByBounds(extreme(7), OPTIONS).pairs[0].p).toBeLessThan(2 / (0.6 * 2 ** 7));
    expect(rankByBounds(extreme(7), OPTIONS).pairs[0].p).toBeGreaterThan(2 / 2 ** 7);
  });

  it('is the same for every order of contenders and images', () => {
    const all = models({ a: 0.05, b: 0.02, c: 0 }, [60, 90]);
    const turned = all.map(({ name, datasets }) => ({
      name,
      datasets: datasets.map((of) => of.toReversed()),
    }));
    const { pairs, contenders } = rankByBounds(all, OPTIONS);
    const again = rankByBounds(turned.toReversed(), OPTIONS);
    expect(tiersOf(again)).toEqual(tiersOf({ pairs, contenders }));
    expect(again.pairs.map(({ p }) => p)).toEqual(pairs.map(({ p }) => p));
  });

  it('ranks by the mean of the datasets, not of the images', () => {
    const many = new Float64Array(900);
    const few = new Float64Array(100);
    const ranking = rankByBounds(
      [
        { name: 'images', datasets: [many.fill(0.6), few.fill(0.1)] },
        { name: 'datasets', datasets: [many.map(() => 0.5), few.map(() => 0.9)] },
      ],
      OPTIONS,
    );
    const [first, second] = ranking.contenders;
    expect([first.name, second.name]).toEqual(['datasets', 'images']);
    expect([first.mean, second.mean]).toEqual([expect.closeTo(0.7, 9), expect.closeTo(0.35, 9)]);
  });

  it('names the likeness that tiers cannot show: a like b, b like c, a better than c', () => {
    // Gains of one kind, of which those of the far pair alone are enough.
    const gained = (every: number) =>
      Float64Array.from({ length: 400 }, (_, i) => (i % every === 0 ? 0.9 : 0.5));
    const { contenders, pairs } = rankByBounds(
      [
        { name: 'c', datasets: [new Float64Array(400).fill(0.5)] },
        { name: 'b', datasets: [gained(50)] },
        { name: 'a', datasets: [gained(25)] },
      ],
      OPTIONS,
    );
    expect(pairs.map((pair) => [`${pair.better}>${pair.worse}`, pair.distinguished])).toEqual([
      ['a>b', false],
      ['a>c', true],
      ['b>c', false],
    ]);
    expect(contenders.map(({ name, tier, beatenBy, alike }) => [name, tier, beatenBy, alike])).toEqual([
      ['a', 1, [], []],
      ['b', 1, [], ['c']],
      ['c', 2, ['a'], ['b']],
    ]);
  });

  it('keeps no two of a tier apart, whatever the order of the contenders', () => {
    const offset = fc.integer({ min: -10, max: 10 }).map((x) => x / 100);
    fc.assert(
      fc.property(fc.tuple(offset, offset, offset, offset), ([a, b, c, d]) => {
        const all = models({ a, b, c, d }, [60]);
        const { contenders, pairs } = rankByBounds(all, OPTIONS);
        expect(tiersOf(rankByBounds(all.toReversed(), OPTIONS))).toEqual(tiersOf({ contenders, pairs }));
        const tier = new Map(contenders.map((one) => [one.name, one.tier]));
        for (const pair of pairs)
          if (pair.distinguished) expect(tier.get(pair.better)).toBeLessThan(tier.get(pair.worse) ?? 0);
      }),
      { numRuns: 25 },
    );
  });

  it('puts twins and a single one in the first tier, and refuses equal names and other images', () => {
    const [a] = models({ a: 0 }, [30]);
    expect(tiersOf(rankByBounds([a, { ...a, name: 'b' }], OPTIONS))).toEqual({ a: 1, b: 1 });
    expect(tiersOf(rankByBounds([a], OPTIONS))).toEqual({ a: 1 });
    expect(() => rankByBounds([a, a], OPTIONS)).toThrow('same name');
    expect(() => rankByBounds([a, { name: 'b', datasets: [[1]] }], OPTIONS)).toThrow('against');
  });

  it('tells equal means apart in at most 5 %, where the gains of one are rare and large', () => {
    const runs = shortOrLong(300, 3000);
    for (const n of [8, 50]) {
      let told = 0;
      for (let run = 0; run < runs; run++) {
        const a = Float64Array.from({ length: n }, () => (random.uniform() < 0.05 ? 0 : 0.8));
        const { pairs } = rankByBounds(
          [
            { name: 'a', datasets: [a] },
            { name: 'b', datasets: [new Float64Array(n).fill(0.76)] },
          ],
          OPTIONS,
        );
        if (pairs[0].distinguished) told++;
      }
      expect(told / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    }
  });
});
