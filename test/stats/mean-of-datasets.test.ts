import { describe, expect, it } from 'vitest';
import { meanInterval } from '../../src/stats/mean-interval.js';
import { meanOfDatasets } from '../../src/stats/mean-of-datasets.js';
import { momentsOf } from '../../src/stats/moments.js';
import { createRandom, type Random } from '../../src/stats/random.js';
import { studentQuantile } from '../../src/stats/student-distribution.js';
import { shortOrLong } from '../support/long.js';

const random = createRandom('mean of datasets');
const normal = (n: number, sd = 0.1, mean = 0.5): Float64Array =>
  Float64Array.from({ length: n }, () => mean + sd * random.normal());

function ends(outcome: ReturnType<typeof meanOfDatasets>): readonly [number, number] {
  if (outcome.kind === 'none') throw new Error(outcome.reason);
  return [outcome.lower, outcome.upper];
}

describe('the interval of a mean of datasets', () => {
  it('is that of a mean for one dataset', () => {
    const values = normal(40);
    const t = meanInterval(values, { method: 't' });
    expect(meanOfDatasets([values], { method: 't' })).toEqual(t);
    const guarded = meanInterval(values, { method: 'guarded' });
    expect(meanOfDatasets([values])).toMatchObject({ kind: 'interval', method: 'guarded', n: 40 });
    const [lower, upper] = ends(meanOfDatasets([values]));
    // the same but for the resamples drawn
    expect(guarded.kind === 'interval' ? guarded.lower : 0).toBeCloseTo(lower, 2);
    expect(guarded.kind === 'interval' ? guarded.upper : 0).toBeCloseTo(upper, 2);
  });

  it('has the degrees of freedom of all for datasets of one size and spread', () => {
    const one = normal(10);
    const shifted = one.map((value) => value + 0.3);
    const [lower, upper] = ends(meanOfDatasets([one, shifted], { method: 't' }));
    const reach = (studentQuantile(0.975, 18) * momentsOf(one).standardError) / Math.SQRT2;
    expect(upper - lower).toBeCloseTo(2 * reach, 10);
  });

  it('has those of one dataset where only that one has any spread', () => {
    const one = normal(8);
    const [lower, upper] = ends(meanOfDatasets([one, new Float64Array(30).fill(1)], { method: 't' }));
    const reach = (studentQuantile(0.975, 7) * momentsOf(one).standardError) / 2;
    expect(upper - lower).toBeCloseTo(2 * reach, 10);
  });

  it('is none for a dataset of one image, constant where nothing has any spread', () => {
    expect(meanOfDatasets([normal(50), [0.5]])).toEqual({
      kind: 'none',
      reason: 'too-few',
      n: 51,
      needed: 4,
    });
    expect(
      meanOfDatasets([
        [1, 1],
        [0, 0, 0],
      ]),
    ).toMatchObject({ kind: 'constant', lower: 0.5, upper: 0.5 });
    expect(() => meanOfDatasets([])).toThrow('number of datasets');
  });

  it('ends within what the metric can be, and is cautioned of with few or skewed values', () => {
    const nearly = [0.9, 1, 1, 1];
    const outcome = meanOfDatasets([nearly, nearly], { range: [0, 1] });
    expect(outcome).toMatchObject({ caution: 'few-values', upper: 1 });
    expect(ends(meanOfDatasets([nearly, nearly]))[1]).toBeGreaterThan(1);
    expect(ends(meanOfDatasets([nearly, nearly], { range: [0, null] }))[1]).toBeGreaterThan(1);
    const rare = Float64Array.from({ length: 120 }, (_, i) => (i === 0 ? 0 : 0.95 + 0.0001 * i));
    expect(meanOfDatasets([rare, rare])).toMatchObject({ caution: 'skewed' });
    expect(meanOfDatasets([normal(100), normal(100)])).toMatchObject({ caution: null });
    expect(meanOfDatasets([normal(99), normal(500)])).toMatchObject({ caution: 'few-values' });
    const ten = Array.from({ length: 10 }, () => normal(29));
    expect(meanOfDatasets(ten)).toMatchObject({ caution: 'few-values' });
  });

  const RUNS = shortOrLong(400, 2000);
  const NOISE = 3 * Math.sqrt((0.05 * 0.95) / RUNS);

  function coverage(
    draw: (stream: Random) => number,
    mean: number,
    n: number,
    method: 't' | 'guarded',
  ): number {
    const stream = random.split(`${n}/${method}`);
    let held = 0;
    for (let run = 0; run < RUNS; run++) {
      const datasets = [0, 1, 2].map(() => Float64Array.from({ length: n }, () => draw(stream)));
      const [lower, upper] = ends(meanOfDatasets(datasets, { method, resamples: 300, seed: run }));
      if (lower <= mean && mean <= upper) held++;
    }
    return held / RUNS;
  }

  it.each([4, 8, 16, 50])('holds the mean of three normal datasets of %d in 95 of 100', (n) => {
    const held = coverage((stream) => stream.normal(), 0, n, 't');
    expect(held).toBeGreaterThan(0.95 - NOISE);
    expect(held).toBeLessThan(0.97 + NOISE);
  });

  it('holds that of three exponential ones of 50 in 93 to 97 of 100', () => {
    const held = coverage((stream) => stream.exponential(), 1, 50, 'guarded');
    expect(held).toBeGreaterThan(0.93 - NOISE);
    expect(held).toBeLessThan(0.97 + NOISE);
  });
});
