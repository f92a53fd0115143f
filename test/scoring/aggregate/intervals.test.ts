import { describe, expect, it } from 'vitest';
import { intervalOfMean, intervalOfMeans, INTERVALS } from '../../../src/scoring/aggregate/intervals.js';
import { meanInterval } from '../../../src/stats/mean-interval.js';
import { generator } from '../../support/tiny-datasets.js';

const random = generator(3);
const scores = (n: number): Float64Array => Float64Array.from({ length: n }, () => 0.4 + 0.5 * random());

describe('the interval of a mean', () => {
  it('is that of the statistics package, by the method that the summary states', () => {
    const values = scores(40);
    const outcome = meanInterval(values, { level: 0.95, resamples: 2000, seed: 0, method: 'guarded' });
    expect(outcome.kind).toBe('interval');
    if (outcome.kind !== 'interval') return;
    expect(intervalOfMean(values, [0, 1])).toEqual([outcome.lower, outcome.upper]);
    expect(INTERVALS).toMatchObject({ level: 0.95, resamples: 2000, seed: 0 });
  });

  it('is the same at every call', () => {
    const values = scores(20);
    expect(intervalOfMean(values, [0, 1])).toEqual(intervalOfMean(values.slice(), [0, 1]));
  });

  it('stays within what the metric can be', () => {
    expect(intervalOfMean(Float64Array.of(0, 1, 1), [0, 1])).toEqual([0, 1]);
    const open = intervalOfMean(Float64Array.of(0, 1, 1), [0, null]);
    expect(open).toEqual([0, expect.toSatisfy((upper: number) => upper > 1)]);
  });

  it('is missing, with the reason, of one image and of none', () => {
    expect(intervalOfMean(Float64Array.of(0.5), [0, 1])).toEqual({ undefined: 'one image shows no spread' });
    expect(intervalOfMean(new Float64Array(0), [0, 1])).toEqual({ undefined: 'no image has a value' });
  });

  it('has no width where all images score alike', () => {
    expect(intervalOfMean(Float64Array.of(0.5, 0.5), [0, 1])).toEqual([0.5, 0.5]);
  });
});

describe('the interval of a mean of datasets', () => {
  it('lies around the plain mean of the means, and is narrower than either dataset\u2019s own', () => {
    const [a, b] = [scores(60), scores(30)];
    const mean = [a, b].map((of) => of.reduce((sum, v) => sum + v, 0) / of.length);
    const interval = intervalOfMeans([a, b], [0, 1]);
    const own = intervalOfMean(b, [0, 1]);
    if ('undefined' in interval || 'undefined' in own) throw new Error('no interval');
    expect(interval[0]).toBeLessThan((mean[0] + mean[1]) / 2);
    expect(interval[1]).toBeGreaterThan((mean[0] + mean[1]) / 2);
    expect(interval[1] - interval[0]).toBeLessThan(own[1] - own[0]);
  });

  it('of one dataset is that dataset\u2019s', () => {
    const values = scores(12);
    expect(intervalOfMeans([values], [0, 1])).toEqual(intervalOfMean(values, [0, 1]));
  });

  it('is missing where a dataset has a single image', () => {
    expect(intervalOfMeans([scores(5), scores(1)], [0, 1])).toHaveProperty('undefined');
  });
});
