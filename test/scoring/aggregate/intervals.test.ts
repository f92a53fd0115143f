import { describe, expect, it } from 'vitest';
import { intervalOfMean, INTERVALS } from '../../../src/scoring/aggregate/intervals.js';
import { meanInterval } from '../../../src/stats/mean-interval.js';
import { meanOfDatasets } from '../../../src/stats/mean-of-datasets.js';
import { generator } from '../../support/tiny-datasets.js';

const random = generator(3);
const scores = (n: number): Float64Array => Float64Array.from({ length: n }, () => 0.4 + 0.5 * random());

describe('the interval of a mean', () => {
  it('is that of the statistics package, by the method that the summary states', () => {
    const values = scores(40);
    const outcome = meanInterval(values, { level: 0.95, resamples: 2000, seed: 0, method: 'guarded' });
    expect(outcome.kind).toBe('interval');
    if (outcome.kind !== 'interval') return;
    expect(intervalOfMean([values], [0, 1])).toEqual({
      interval: [outcome.lower, outcome.upper],
      caution: 'few-values',
    });
    expect(INTERVALS).toMatchObject({ level: 0.95, resamples: 2000, seed: 0 });
  });

  it('is the same at every call', () => {
    const values = scores(20);
    expect(intervalOfMean([values], [0, 1])).toEqual(intervalOfMean([values.slice()], [0, 1]));
  });

  it('stays within what the metric can be', () => {
    expect(intervalOfMean([Float64Array.of(0, 1, 1)], [0, 1]).interval).toEqual([0, 1]);
    const open = intervalOfMean([Float64Array.of(0, 1, 1)], [0, null]);
    expect(open.interval).toEqual([0, expect.toSatisfy((upper: number) => upper > 1)]);
  });

  it('is missing, with the reason, of one image and of none', () => {
    const whyNone = (values: Float64Array) => intervalOfMean([values], [0, 1]);
    expect(whyNone(Float64Array.of(0.5))).toEqual({ interval: { undefined: 'one image shows no spread' } });
    expect(whyNone(new Float64Array(0))).toEqual({ interval: { undefined: 'no image has a value' } });
  });

  it('has no width where all images score alike', () => {
    expect(intervalOfMean([Float64Array.of(0.5, 0.5)], [0, 1])).toEqual({
      interval: [0.5, 0.5],
      caution: 'few-values',
    });
  });
});

describe('the interval of a mean of datasets', () => {
  it('lies around the plain mean of the means, and is narrower than either dataset\u2019s own', () => {
    const [a, b] = [scores(60), scores(30)];
    const mean = [a, b].map((of) => of.reduce((sum, v) => sum + v, 0) / of.length);
    const { interval } = intervalOfMean([a, b], [0, 1]);
    const { interval: own } = intervalOfMean([b], [0, 1]);
    if ('undefined' in interval || 'undefined' in own) throw new Error('no interval');
    expect(interval[0]).toBeLessThan((mean[0] + mean[1]) / 2);
    expect(interval[1]).toBeGreaterThan((mean[0] + mean[1]) / 2);
    expect(interval[1] - interval[0]).toBeLessThan(own[1] - own[0]);
  });

  it('is that of the statistics package, within the range, with its caution', () => {
    const datasets = [scores(60), scores(30)];
    const outcome = meanOfDatasets(datasets, { resamples: 2000, seed: 0, range: [0, 1] });
    if (outcome.kind === 'none') throw new Error(outcome.reason);
    const { lower, upper } = outcome;
    expect(intervalOfMean(datasets, [0, 1])).toEqual({ interval: [lower, upper], caution: 'few-values' });
    expect(intervalOfMean([scores(150), scores(150)], [0, 1])).not.toHaveProperty('caution');
    expect(intervalOfMean([Float64Array.of(0, 1, 1), scores(3)], [0, 0.9]).interval).toMatchObject({
      1: 0.9,
    });
  });

  it('is missing where a dataset has a single image', () => {
    expect(intervalOfMean([scores(5), scores(1)], [0, 1]).interval).toHaveProperty('undefined');
  });
});
