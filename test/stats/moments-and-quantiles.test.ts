import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf } from '../../src/stats/moments.js';
import { medianOf, quantiles } from '../../src/stats/quantile.js';
import reference from './reference.json' with { type: 'json' };

const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 });

describe('the moments', () => {
  const { values, sd, skewness } = reference.summary;

  it('have SciPy’s skewness', () => {
    expect(momentsOf(values).skewness).toBeCloseTo(skewness, 12);
    expect(momentsOf(values).standardError).toBeCloseTo(sd / Math.sqrt(values.length), 14);
    expect(momentsOf([3])).toEqual({ n: 1, mean: 3, standardError: 0, skewness: 0 });
  });

  it('keep the spread of values far from zero', () => {
    const { mean, standardError } = momentsOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]);
    expect(mean).toBe(1e9 + 10);
    expect(standardError).toBeCloseTo(Math.sqrt(30) / 2, 9);
  });
});

describe('a quantile', () => {
  const { values, quantiles: expected } = reference.summary;

  it('is NumPy’s', () => {
    const found = quantiles(
      values,
      expected.map(([p]) => p),
    );
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i][1], 14));
  });

  it('is the same of typed arrays, and leaves its input in order', () => {
    const typed = Float64Array.from(values);
    expect(quantiles(typed, [0.1, 0.9])).toEqual(quantiles(values, [0.1, 0.9]));
    expect(Array.from(typed)).toEqual(values);
  });

  it('refuses what is not a finite number, naming it', () => {
    expect(() => quantiles([1, Number.NaN], [0.5])).toThrow('value 1 of 2 is NaN');
    expect(() => quantiles([1], [1.5])).toThrow('quantile 1.5 is not within 0..1');
    expect(() => quantiles([], [0.5])).toThrow('quantiles of no values');
  });

  it('of four values a quarter of the way lies between the first two', () => {
    expect(quantiles([4, 1, 3, 2], [0.25])).toEqual([1.75]);
    expect(medianOf(Float32Array.of(1, 10, 2))).toBe(2);
  });

  it('never falls as its probability rises', () => {
    fc.assert(
      fc.property(scores, (some) => {
        const found = quantiles(some, [0, 0.1, 0.3, 0.5, 0.77, 1]);
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });
});
