import { describe, expect, it } from 'vitest';
import { intervalOfTurns } from '../../src/stats/interval-of-turns.js';
import { createRandom } from '../../src/stats/random.js';
import { medianOf } from '../../src/stats/quantile.js';
import { shortOrLong } from '../support/long.js';

const random = createRandom('turns');

/** One process of a model of 100 ms: its own level, turns about it, and 40 iterations about each. */
function process(between: number, turns: number, apart: () => number): number[][] {
  const own = 100 * Math.exp(between * random.normal());
  return Array.from({ length: turns }, () => {
    const level = own * apart();
    return Array.from({ length: 40 }, () => level * Math.exp(0.03 * random.normal()));
  });
}

describe('the interval of a median over turns', () => {
  it('tells one model from itself in at most 1 of 20 pairs, also beside a neighbour that comes and goes', () => {
    const conditions: readonly (() => number)[] = [
      () => Math.exp(0.01 * random.normal()),
      // in a third of the turns a neighbour takes up to half of the time
      () => (random.uniform() < 1 / 3 ? 1 + random.uniform() : 1) * Math.exp(0.01 * random.normal()),
      // it shares a core with us in half of the turns, or in a third of them: medians are of one kind or the other
      () => (random.uniform() < 1 / 2 ? 1.6 : 1) * Math.exp(0.01 * random.normal()),
      () => (random.uniform() < 1 / 3 ? 2 : 1) * Math.exp(0.01 * random.normal()),
    ];
    const runs = shortOrLong(400, 4000);
    for (const apart of conditions.flatMap((one) => [4, 7, 12].map((turns) => ({ turns, one })))) {
      let told = 0;
      for (let i = 0; i < runs; i++) {
        const [first, second] = [0, 1].map(() => {
          const turns = process(0.03, apart.turns, apart.one);
          return intervalOfTurns(medianOf(turns.flat()), turns, { betweenProcesses: 0.03 });
        });
        if (first === null || second === null || first === undefined || second === undefined)
          throw new Error('no interval');
        if (first.upper < second.lower || second.upper < first.lower) told++;
      }
      expect(told / runs).toBeLessThanOrEqual(0.05);
    }
  });

  it('covers the time of the model in at least 93 of 100 processes that differ as is assumed', () => {
    const runs = shortOrLong(600, 6000);
    let covered = 0;
    for (let i = 0; i < runs; i++) {
      const turns = process(0.03, 7, () => Math.exp(0.02 * random.normal()));
      const ends = intervalOfTurns(medianOf(turns.flat()), turns, { betweenProcesses: 0.03 });
      if (ends !== null && ends.lower <= 100 && 100 <= ends.upper) covered++;
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.93);
  });

  it('spans the kinds of turns that a neighbour makes, and is no wider for steady ones than t is', () => {
    const kinds = (...of: number[]): number[][] => of.map((ms) => [ms]);
    const ends = (turns: number[][]) =>
      intervalOfTurns(medianOf(turns.flat()), turns, { betweenProcesses: 0 });
    const mixed = ends(kinds(10, 10, 16, 10, 16, 10, 10));
    expect(mixed?.lower).toBeLessThan(10.01);
    expect(mixed?.upper).toBeGreaterThan(15.99);
    // of three the extremes, of nine the second and the eighth
    const three = ends(kinds(10, 40, 40));
    expect(three?.lower).toBeLessThan(10.01);
    const nine = ends(kinds(1, 10, 10, 10, 10, 10, 10, 10, 10));
    expect(nine?.lower).toBeCloseTo(10 * Math.exp(-2.306 * (Math.log(10) / 9)), 2);
  });

  it('needs three turns, and times that have a logarithm', () => {
    expect(intervalOfTurns(5, [[5], [5]], { betweenProcesses: 0 })).toBeNull();
    expect(intervalOfTurns(5, [[5], [5], [0]], { betweenProcesses: 0 })).toBeNull();
    expect(intervalOfTurns(5, [[5], [5], [5]], { betweenProcesses: 0 })).toEqual({ lower: 5, upper: 5 });
  });
});
