import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf } from '../../src/stats/moments.js';
import { medianOf, quantiles } from '../../src/stats/quantile.js';
import { EMPTY_RUNNING, merged, runningSd, withValue } from '../../src/stats/running-summary.js';
import { summarise } from '../../src/stats/summary.js';
import reference from './reference.json' with { type: 'json' };

const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 60 });

describe('a summary', () => {
  const { values, mean, sd, skewness, quantiles: expected } = reference.summary;

  it('has NumPy’s mean, standard deviation and quantiles', () => {
    const outcome = summarise(
      values,
      expected.map(([p]) => p),
    );
    if (outcome.kind !== 'summary') throw new Error('expected a summary');
    const { summary } = outcome;
    expect(summary.n).toBe(values.length);
    expect(summary.mean).toBeCloseTo(mean, 14);
    expect(summary.sd).toBeCloseTo(sd, 14);
    expect(summary.min).toBe(Math.min(...values));
    expect(summary.max).toBe(Math.max(...values));
    summary.quantiles.forEach(({ p, value }, i) => {
      expect([p, value]).toEqual([expected[i][0], expect.closeTo(expected[i][1], 14)]);
    });
  });

  it('is the same for typed arrays, and leaves its input in order', () => {
    const typed = Float64Array.from(values);
    expect(summarise(typed)).toEqual(summarise(values));
    expect(Array.from(typed)).toEqual(values);
  });

  it('of nothing is empty, of one value has no spread', () => {
    expect(summarise([])).toEqual({ kind: 'empty' });
    expect(summarise([0.5], [0.9])).toEqual({
      kind: 'summary',
      summary: { n: 1, mean: 0.5, sd: null, min: 0.5, max: 0.5, quantiles: [{ p: 0.9, value: 0.5 }] },
    });
  });

  it('refuses what is not a finite number, naming it', () => {
    expect(() => summarise([1, Number.NaN])).toThrow('value 1 of 2 is NaN');
    expect(() => summarise([1], [1.5])).toThrow('quantile 1.5 is not within 0..1');
    expect(() => quantiles([], [0.5])).toThrow('quantiles of no values');
  });

  it('has SciPy’s skewness among its moments', () => {
    expect(momentsOf(values).skewness).toBeCloseTo(skewness, 12);
    expect(momentsOf(values).standardError).toBeCloseTo(sd / Math.sqrt(values.length), 14);
    expect(momentsOf([3])).toEqual({ n: 1, mean: 3, standardError: 0, skewness: 0 });
  });

  it('keeps the spread of values far from zero', () => {
    const far = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
    expect(summarise(far)).toMatchObject({ summary: { mean: 1e9 + 10, sd: Math.sqrt(30) } });
    expect(runningSd(far.reduce(withValue, EMPTY_RUNNING))).toBeCloseTo(Math.sqrt(30), 9);
  });
});

describe('a quantile', () => {
  it('of four values a quarter of the way lies between the first two', () => {
    expect(quantiles([4, 1, 3, 2], [0.25])).toEqual([1.75]);
    expect(medianOf(Float32Array.of(1, 10, 2))).toBe(2);
  });

  it('never falls as its probability rises', () => {
    fc.assert(
      fc.property(scores, (values) => {
        const found = quantiles(values, [0, 0.1, 0.3, 0.5, 0.77, 1]);
        expect(found).toEqual(found.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('a running summary', () => {
  it('agrees with the summary of all values, however they were split', () => {
    fc.assert(
      fc.property(scores, fc.nat(), (values, at) => {
        const cut = at % values.length;
        const left = values.slice(0, cut).reduce(withValue, EMPTY_RUNNING);
        const right = values.slice(cut).reduce(withValue, EMPTY_RUNNING);
        const whole = summarise(values);
        if (whole.kind !== 'summary') throw new Error('expected a summary');
        for (const so of [merged(left, right), values.reduce(withValue, EMPTY_RUNNING)]) {
          expect(so.n).toBe(values.length);
          expect(Math.abs(so.mean - whole.summary.mean)).toBeLessThan(1e-8);
          expect(Math.abs((runningSd(so) ?? 0) - (whole.summary.sd ?? 0))).toBeLessThan(1e-6);
          expect([so.min, so.max]).toEqual([whole.summary.min, whole.summary.max]);
        }
      }),
    );
  });

  it('has no spread below two values and takes no NaN', () => {
    expect(runningSd(withValue(EMPTY_RUNNING, 3))).toBeNull();
    expect(() => withValue(EMPTY_RUNNING, Number.NaN)).toThrow('value is NaN');
  });
});
