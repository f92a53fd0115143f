import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betsFor, logCapital, type Side, type ValueRange } from '../../src/stats/betting.js';
import { binomialDensity } from '../../src/stats/binomial-distribution.js';
import { isShown, meanBounds } from '../../src/stats/mean-bounds.js';
import { createRandom } from '../../src/stats/random.js';
import { runningCapital } from '../../src/stats/running-capital.js';
import { shortOrLong } from '../support/long.js';

const GAINS: ValueRange = [-1, 1];
const SCORES: ValueRange = [0, 1];
const ABOVE = { side: 'above', range: GAINS } as const;

const random = createRandom('betting');
const noise = (n: number, sd: number, mean = 0): Float64Array =>
  Float64Array.from({ length: n }, () => Math.max(-1, Math.min(1, mean + sd * random.normal())));

/** The definition, word for word: every factor's logarithm, nothing rearranged. */
function slowLogCapital(values: Iterable<number>, mean: number, bets = betsFor([...values].length)): number {
  const m = (mean + 1) / 2;
  let capital = 0;
  for (const { stake, weight } of bets) {
    let log = 0;
    for (const value of values) log += Math.log(1 - stake + (stake * ((value + 1) / 2)) / m);
    capital += weight * Math.exp(log);
  }
  return Math.log(capital);
}

describe('bets', () => {
  it('divide all of the capital, whatever the horizon, with none beyond the edge', () => {
    for (const horizon of [0, 1, 7, 30, 300, 5000, 1e6]) {
      const bets = betsFor(horizon);
      expect(bets.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      for (const { stake } of bets) expect(stake > 0 && stake <= 1).toBe(true);
    }
  });
});

describe('capital by betting', () => {
  it('is the closed form where all values are equal', () => {
    for (const value of [-1, -0.2, 0, 0.3, 1]) {
      const y = (value + 1) / 2 / ((-0.01 + 1) / 2);
      const closed = betsFor(400).reduce((sum, b) => sum + b.weight * (1 - b.stake + b.stake * y) ** 400, 0);
      expect(logCapital([new Float64Array(400).fill(value)], -0.01, ABOVE)).toBeCloseTo(Math.log(closed), 9);
    }
  });

  it('is what the definition gives, value by value', () => {
    for (const [n, sd] of [
      [1, 0.1],
      [16, 0.3],
      [300, 0.02],
      [1000, 0.4],
    ] as const) {
      const values = noise(n, sd);
      for (const mean of [-0.5, -0.01, 0.02]) {
        expect(logCapital([values], mean, ABOVE)).toBeCloseTo(slowLogCapital(values, mean), 8);
        const mirrored = values.map((value) => -value);
        const below = logCapital([mirrored], -mean, { side: 'below', range: GAINS });
        expect(below).toBeCloseTo(slowLogCapital(values, mean), 8);
      }
    }
  });

  it('of two datasets is the least over all means that they may have, of each bet', () => {
    const datasets = [noise(40, 0.2, 0.1), noise(90, 0.1, -0.05)];
    const [mean, total] = [-0.08, 0.92];
    let capital = 0;
    for (const { stake, weight } of betsFor(130)) {
      let least = Number.POSITIVE_INFINITY;
      for (let i = 1; i < 4000; i++) {
        const first = (total * i) / 4000;
        let log = 0;
        for (const [values, m, s] of [
          [datasets[0], first, stake],
          [datasets[1], total - first, (stake * 40) / 90],
        ] as const) {
          for (const value of values) log += Math.log(1 - s + (s * ((value + 1) / 2)) / m);
        }
        least = Math.min(least, log);
      }
      capital += weight * Math.exp(least);
    }
    const ours = logCapital(datasets, mean, ABOVE);
    expect(ours).toBeLessThanOrEqual(Math.log(capital) + 1e-9);
    expect(ours).toBeCloseTo(Math.log(capital), 5);
  });

  it('of several datasets without spread is that of all images together', () => {
    const quarter = new Float64Array(100);
    const four = logCapital([quarter, quarter, quarter, quarter], -0.01, ABOVE);
    expect(four).toBeCloseTo(logCapital([new Float64Array(400)], -0.01, ABOVE), 8);
  });

  it('does not depend on the order of images, to the last bit', () => {
    const values = noise(500, 0.1);
    const other = noise(80, 0.1);
    const turned = values.toReversed();
    expect(logCapital([turned], -0.01, ABOVE)).toBe(logCapital([values], -0.01, ABOVE));
    expect(logCapital([turned, other], -0.01, ABOVE)).toBe(logCapital([values, other], -0.01, ABOVE));
    expect(logCapital([other, values], -0.01, ABOVE)).toBeCloseTo(
      logCapital([values, other], -0.01, ABOVE),
      6,
    );
  });

  it('does not overflow, underflow or invent numbers on long and one-sided data', () => {
    expect(logCapital([new Float64Array(100_000).fill(1)], 0, ABOVE)).toBeCloseTo(
      100_000 * Math.log(2) + Math.log(0.6),
      3,
    );
    // what is left of the smallest bet; the next, twice as large, has lost e^390 times more
    const smallest = betsFor(100_000).at(-1) ?? { stake: 0, weight: 0 };
    expect(logCapital([new Float64Array(100_000).fill(-1)], 0, ABOVE)).toBeCloseTo(
      100_000 * Math.log(1 - smallest.stake) + Math.log(smallest.weight),
      6,
    );
    expect(
      logCapital(
        [
          [-1, -1],
          [0.5, 1, 0.2],
        ],
        0,
        ABOVE,
      ),
    ).toBeLessThan(0);
    expect(logCapital([[], [1, 1, 1]], 0, ABOVE)).toBeLessThanOrEqual(1e-9);
    expect(logCapital([[0.5]], -1, ABOVE)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('refuses values outside of the range, a range without an end, and no dataset', () => {
    expect(() => logCapital([[1.01]], 0, ABOVE)).toThrow('of its range');
    expect(() => logCapital([[Number.NaN]], 0, ABOVE)).toThrow('of its range');
    expect(() => logCapital([[1]], 0, { side: 'above', range: [0, Infinity] })).toThrow('bounded range');
    expect(() => logCapital([], 0, ABOVE)).toThrow('no dataset');
  });
});

describe('bounds of a mean', () => {
  it('lie about the estimate and within the range, turn and stretch with the values, and agree with isShown', () => {
    const score = fc.integer({ min: 0, max: 1000 }).map((x) => x / 1000);
    const dataset = fc.array(score, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(dataset, { minLength: 1, maxLength: 3 }), (datasets) => {
        const { lower, upper, estimate } = meanBounds(datasets, { range: SCORES });
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
        expect(lower).toBeLessThanOrEqual(estimate ?? 0);
        expect(upper).toBeGreaterThanOrEqual(estimate ?? 1);
        const turned = meanBounds(
          datasets.map((of) => of.map((value) => 5 - 2 * value)),
          { range: [3, 5] },
        );
        expect(turned.lower).toBeCloseTo(5 - 2 * upper, 4);
        expect(turned.upper).toBeCloseTo(5 - 2 * lower, 4);
        if (lower > 1e-4) {
          expect(isShown(datasets, lower - 1e-5, { side: 'above', range: SCORES })).toBe(true);
          expect(isShown(datasets, lower + 1e-5, { side: 'above', range: SCORES })).toBe(false);
        }
      }),
      { numRuns: shortOrLong(60, 600) },
    );
  });

  it('capital falls as the mean rises', () => {
    for (const datasets of [[noise(60, 0.3)], [noise(30, 0.3, 0.2), noise(50, 0.1)]]) {
      let before = Number.POSITIVE_INFINITY;
      for (let mean = -0.99; mean < 1; mean += 0.01) {
        const capital = logCapital(datasets, mean, ABOVE);
        expect(capital).toBeLessThanOrEqual(before + 2e-6);
        before = capital;
      }
    }
  });

  it('say nothing without values, and nothing of a mean with a dataset without any', () => {
    const nothing = { lower: -1, upper: 1, estimate: null };
    expect(meanBounds([[]], { range: GAINS })).toMatchObject({ ...nothing, n: 0 });
    expect(meanBounds([[0.1, 0.2], []], { range: GAINS })).toMatchObject({ ...nothing, n: 2 });
    expect(() => meanBounds([[0]], { range: GAINS, level: 1 })).toThrow('level');
  });

  /** Chance that the lower bound of n values, each `high` with probability p and else `low`, lies above the mean. */
  function missOfTwoPoints(n: number, low: number, high: number, p: number, side: Side): number {
    const mean = low + (high - low) * p;
    let miss = 0;
    for (let k = 0; k <= n; k++) {
      const values = Float64Array.from({ length: n }, (_, i) => (i < k ? high : low));
      if (isShown([values], mean, { side, range: GAINS })) miss += binomialDensity(k, n, p);
    }
    return miss;
  }

  it('miss two-point populations in at most 5 %, counted and not simulated', () => {
    let worst = 0;
    for (const n of shortOrLong([2, 5, 16, 90], [2, 5, 16, 40, 120, 300])) {
      for (const [low, high] of [
        [-1, 1],
        [-1, 0],
        [-1, 0.02],
        [-0.3, 0.01],
        [-0.05, 1],
        [0.1, 0.12],
      ] as const) {
        for (const p of [0.001, 0.02, 0.05, 0.3, 0.5, 0.8, 0.95, 0.98, 0.999]) {
          for (const side of ['above', 'below'] as const) {
            worst = Math.max(worst, missOfTwoPoints(n, low, high, p, side));
          }
        }
      }
    }
    expect(worst).toBeLessThanOrEqual(0.05);
    // not for being empty: there are populations on which it comes near
    expect(worst).toBeGreaterThan(0.02);
  });

  it('of two datasets miss in at most 5 %, counted over all pairs of counts', () => {
    const sizes = [6, 14] as const;
    const values = (n: number, k: number): number[] =>
      Array.from({ length: n }, (_, i) => (i < k ? 0.1 : -1));
    const shown = new Map<string, boolean>();
    for (const [p, q] of [
      [0.5, 0.5],
      [0.95, 0.5],
      [0.5, 0.95],
      [0.99, 0.9],
      [0.999, 0.3],
    ] as const) {
      const mean = -1 + (1.1 * (p + q)) / 2;
      let miss = 0;
      for (let k = 0; k <= sizes[0]; k++) {
        for (let l = 0; l <= sizes[1]; l++) {
          const key = `${k}/${l}/${mean}`;
          const datasets = [values(sizes[0], k), values(sizes[1], l)];
          if (!shown.has(key)) shown.set(key, isShown(datasets, mean, { ...ABOVE, level: 0.8 }));
          if (shown.get(key) === true)
            miss += binomialDensity(k, sizes[0], p) * binomialDensity(l, sizes[1], q);
        }
      }
      expect(miss).toBeLessThanOrEqual(0.2);
    }
  });
});

describe('capital that is looked at all along', () => {
  it('ends at the capital of all values, in any order', () => {
    const values = noise(200, 0.1);
    const one = runningCapital(-0.01, { ...ABOVE, planned: [200] });
    for (const value of values) one.add(0, value);
    expect(one.look()).toBeCloseTo(logCapital([values], -0.01, ABOVE), 9);
    const halves = [values.subarray(0, 100), values.subarray(100)];
    const two = runningCapital(-0.01, { ...ABOVE, planned: [100, 100] });
    for (let i = 0; i < 100; i++) for (const k of [0, 1]) two.add(k, halves[k][i]);
    expect(two.look()).toBeCloseTo(logCapital(halves, -0.01, ABOVE), 5);
  });

  it('with datasets of different sizes bets three quarters on turns as long as the smallest lasts', () => {
    const datasets = [noise(30, 0.05, -0.1), noise(400, 0.05, -0.1)];
    const claimed = { side: 'below', range: GAINS } as const;
    const running = runningCapital(-0.01, { ...claimed, planned: [30, 400] });
    for (let i = 0; i < 30; i++) for (const k of [0, 1]) running.add(k, datasets[k][i]);
    const turns = datasets.map((values) => values.subarray(0, 30));
    const parts = [
      logCapital(turns, -0.01, claimed),
      logCapital(turns, -0.01, { ...claimed, planned: [30, 400] }),
    ];
    const average = Math.log(0.75 * Math.exp(parts[0]) + 0.25 * Math.exp(parts[1]));
    expect(running.look()).toBeCloseTo(average, 6);
    expect(parts[0]).toBeGreaterThan(parts[1] + 1);
  });

  it('has the bounds against which it would be shown by this very look', () => {
    for (const planned of [[300], [60, 240]]) {
      const seen = planned.map((size) => noise(Math.min(size, 80), 0.05, -0.02));
      const { lower, upper, estimate } = meanBounds(seen, { range: GAINS, planned });
      for (const side of ['above', 'below'] as const) {
        const [bound, inside] = side === 'above' ? [lower, 1e-6] : [upper, -1e-6];
        const shows = (mean: number): boolean => {
          const running = runningCapital(mean, { range: GAINS, side, planned });
          seen.forEach((values, k) => values.forEach((value) => running.add(k, value)));
          return running.look() >= Math.log(20);
        };
        expect([shows(bound - inside), shows(bound + inside)]).toEqual([true, false]);
      }
      expect(lower).toBeLessThan(estimate ?? Number.NaN);
      expect(upper).toBeGreaterThan(estimate ?? Number.NaN);
    }
  });

  it('keeps the highest, and refuses more values than planned', () => {
    const running = runningCapital(0, { ...ABOVE, planned: [3] });
    running.add(0, 1);
    const high = running.look();
    running.add(0, -1);
    expect(running.look()).toBe(high);
    running.add(0, 0);
    expect(() => running.add(0, 0)).toThrow('still planned');
    expect(() => runningCapital(1, { ...ABOVE, planned: [3] })).toThrow('part of the range');
  });

  it('ever shows what is not so of a two-point population in at most 5 %, counted along all paths', () => {
    const n = 300;
    for (const [low, high, p] of [
      [-1, 1, 0.5],
      [-1, 0.02, 0.98],
      [-0.3, 0.05, 0.9],
      [-0.02, 1, 0.03],
    ] as const) {
      const mean = low + (high - low) * p;
      // chance of each count of high values after t of them, of paths on which nothing was shown yet
      let open = new Map([[0, 1]]);
      let shown = 0;
      const bets = betsFor(n);
      for (let t = 1; t <= n; t++) {
        const next = new Map<number, number>();
        for (const [k, chance] of open) {
          next.set(k, (next.get(k) ?? 0) + chance * (1 - p));
          next.set(k + 1, (next.get(k + 1) ?? 0) + chance * p);
        }
        open = new Map();
        for (const [k, chance] of next) {
          const m = (mean + 1) / 2;
          const capital = bets.reduce((sum, { stake, weight }) => {
            const factor = (value: number): number => 1 - stake + (stake * ((value + 1) / 2)) / m;
            return sum + weight * factor(high) ** k * factor(low) ** (t - k);
          }, 0);
          if (capital >= 20) shown += chance;
          else open.set(k, chance);
        }
      }
      expect(shown).toBeLessThanOrEqual(0.05);
      expect(shown).toBeGreaterThan(0.005);
    }
  });
});
