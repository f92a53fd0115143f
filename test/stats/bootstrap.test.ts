import { describe, expect, it } from 'vitest';
import { hallEnds, studentEnds } from '../../src/stats/mean-interval.js';
import {
  accelerationOf,
  accelerationOfMean,
  bcaEnds,
  percentileEnds,
  studentisedEnds,
} from '../../src/stats/bootstrap.js';
import { widestEnds } from '../../src/stats/ends.js';
import { momentsOf } from '../../src/stats/moments.js';
import { quantiles } from '../../src/stats/quantile.js';
import { createRandom } from '../../src/stats/random.js';
import { LARGE_SAMPLE, resampleMeans } from '../../src/stats/resample.js';
import { studentQuantile } from '../../src/stats/student-distribution.js';
import reference from './reference.json' with { type: 'json' };

const { bootstrap } = reference;
const moments = momentsOf(bootstrap.values);

function expectEnds(found: { lower: number; upper: number }, expected: number[], digits: number): void {
  expect(found.lower).toBeCloseTo(expected[0], digits);
  expect(found.upper).toBeCloseTo(expected[1], digits);
}

describe('the ends of an interval, from SciPy’s own bootstrap distribution', () => {
  const replicates = Float64Array.from(bootstrap.replicates);

  it('are SciPy’s by percentiles', () => {
    expectEnds(percentileEnds(replicates, 0.9), bootstrap['percentile0.9'], 12);
    expectEnds(percentileEnds(replicates, 0.95), bootstrap['percentile0.95'], 12);
  });

  it('are SciPy’s by BCa', () => {
    const acceleration = accelerationOfMean(moments);
    expectEnds(bcaEnds(replicates, moments.mean, acceleration, 0.9), bootstrap['BCa0.9'], 12);
    expectEnds(bcaEnds(replicates, moments.mean, acceleration, 0.95), bootstrap['BCa0.95'], 12);
  });

  it('cannot be given by BCa when the estimate lies outside of all replicates', () => {
    expect(bcaEnds(Float64Array.of(1, 2, 3), 0, 0, 0.9)).toEqual({ lower: Number.NaN, upper: Number.NaN });
  });

  it('stop at the farthest replicate where BCa’s formula has its pole', () => {
    expect(bcaEnds(Float64Array.of(1, 2, 3, 4), 2.5, 0.9, 0.95).upper).toBe(4);
    expect(bcaEnds(Float64Array.of(1, 2, 3, 4), 2.5, -0.9, 0.95).lower).toBe(1);
  });
});

describe('the analytic ends', () => {
  it('are SciPy’s by Student’s t', () => {
    expectEnds(studentEnds(moments, 0.95), bootstrap.student95, 12);
  });

  it('satisfy Hall’s transformation at the t quantiles', () => {
    const g = moments.skewness / Math.sqrt(moments.n);
    const transformed = (end: number): number => {
      const t = (moments.mean - end) / moments.standardError;
      return t + (g * t ** 2) / 3 + (g ** 2 * t ** 3) / 27 + g / 6;
    };
    const { lower, upper } = hallEnds(moments, 0.95);
    expect(transformed(lower)).toBeCloseTo(studentQuantile(0.975, moments.n - 1), 10);
    expect(transformed(upper)).toBeCloseTo(studentQuantile(0.025, moments.n - 1), 10);
  });

  it('are Student’s by Hall where nothing is skewed', () => {
    const even = momentsOf([1, 2, 3, 4, 5]);
    expect(hallEnds(even, 0.9)).toEqual(studentEnds(even, 0.9));
  });

  it('lean to the long tail by Hall', () => {
    const left = momentsOf([...bootstrap.six, 0]);
    expect(hallEnds(left, 0.95).lower).toBeLessThan(studentEnds(left, 0.95).lower);
    expect(hallEnds(left, 0.95).upper).toBeLessThan(studentEnds(left, 0.95).upper);
  });
});

describe('resampling', () => {
  it('comes near to the ideal bootstrap over all resamples', () => {
    const made = resampleMeans(bootstrap.six, 100_000, createRandom('ideal'));
    expectEnds(percentileEnds(made.means, 0.8), bootstrap.ideal.percentile80, 2);
    const finite = made.t.filter(Number.isFinite);
    const found = quantiles(finite, [0.1, 0.5, 0.9]);
    found.forEach((t, i) => expect(Math.abs(t - bootstrap.ideal.t[i])).toBeLessThan(0.05));
  });

  it('gives the same numbers for the same seed', () => {
    const once = resampleMeans(bootstrap.values, 50, createRandom(3));
    expect(resampleMeans(bootstrap.values, 50, createRandom(3))).toEqual(once);
    expect(resampleMeans(bootstrap.values, 50, createRandom(4))).not.toEqual(once);
  });

  it('by a seed has the draws of a stream of it, also when these are used again', () => {
    const drawn = (values: readonly number[], seed: number | string, resamples = 200) => {
      const bySeed = resampleMeans(values, resamples, seed);
      expect(bySeed).toEqual(resampleMeans(values, resamples, createRandom(seed)));
      return bySeed.means;
    };
    const first = drawn([1, 2, 5, 9], 'a');
    expect(drawn([1, 2, 5, 9], 'a')).toEqual(first);
    expect(drawn([1, 2, 5, 9], 'b')).not.toEqual(first);
    drawn([3, 2, 1, 0, 7], 'a');
    drawn([1, 2, 5, 9], 'a', 300);
    drawn(
      Array.from({ length: 3000 }, (_, i) => i % 7),
      'a',
      400,
    );
  });

  it('has an infinite t for a resample without spread, and none right on the mean', () => {
    const t = resampleMeans([0, 0, 1], 2000, createRandom(1)).t.toSorted();
    expect(t[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(t[t.length - 1]).toBe(Number.POSITIVE_INFINITY);
    expect(t.some(Number.isNaN)).toBe(false);
    const spread = momentsOf([0, 0, 1]);
    const { lower, upper } = studentisedEnds({ means: t, t }, spread, 0.95);
    expect([lower, upper]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it.each([0, 5, 40])(
    'of many values, %d of them catastrophes, agrees with drawing every one',
    (catastrophes) => {
      const random = createRandom('large');
      const gains = Float64Array.from({ length: LARGE_SAMPLE + 1000 }, (_, i) =>
        i < catastrophes ? -0.8 + 0.1 * random.uniform() : Math.round(random.normal()) / 1000,
      );
      const all = momentsOf(gains);
      const resamples = 4000;
      const shares = [0.025, 0.05, 0.5, 0.95, 0.975];
      const fast = resampleMeans(gains, resamples, createRandom('fast'));
      const plain = resampleEveryOne(gains, resamples);
      const inErrors = (means: Float64Array): number[] =>
        quantiles(means, shares).map((x) => (x - all.mean) / all.standardError);
      const [a, b] = [inErrors(fast.means), inErrors(plain)];
      // the standard error of a quantile at 0.025 over 4,000 draws is about 0.04
      a.forEach((x, i) => expect(Math.abs(x - b[i])).toBeLessThan(0.15));
    },
  );
});

function resampleEveryOne(values: Float64Array, resamples: number): Float64Array {
  const random = createRandom('plain');
  const drawn = new Uint32Array(values.length);
  return Float64Array.from({ length: resamples }, () => {
    random.fillBelow(drawn, values.length);
    let sum = 0;
    for (const i of drawn) sum += values[i];
    return sum / values.length;
  });
}

describe('the widest of several intervals', () => {
  it('takes the lowest lower and the highest upper end, and passes over those without ends', () => {
    const none = { lower: Number.NEGATIVE_INFINITY, upper: 3 };
    expect(widestEnds([{ lower: 1, upper: 2 }, { lower: 0, upper: 1 }, none])).toEqual({
      lower: 0,
      upper: 2,
    });
  });
});

describe('the acceleration of any statistic', () => {
  it('is that of the mean when the statistic is the mean', () => {
    const { values } = bootstrap;
    const without = values.map((_, left) => momentsOf(values.filter((_value, i) => i !== left)).mean);
    expect(accelerationOf(Float64Array.from(without))).toBeCloseTo(accelerationOfMean(moments), 12);
    expect(accelerationOf(Float64Array.of(3, 3, 3))).toBe(0);
  });
});
