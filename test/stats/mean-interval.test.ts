import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval, IntervalMethod } from '../../src/stats/interval.js';
import { meanInterval } from '../../src/stats/mean-interval.js';
import { createRandom } from '../../src/stats/random.js';

const METHODS: IntervalMethod[] = ['t', 'percentile', 'bca', 'studentised', 'hall', 'guarded', 'strict'];
const spread = fc
  .array(fc.integer({ min: -1000, max: 1000 }), { minLength: 8, maxLength: 40 })
  .map((whole) => whole.map((x) => x / 1000))
  .filter((values) => new Set(values).size > 4);

function intervalOf(values: readonly number[], method: IntervalMethod): Interval {
  const found = meanInterval(values, { method, resamples: 200, seed: 'test' });
  if (found.kind !== 'interval') throw new Error(`expected an interval by ${method}, not ${found.kind}`);
  return found;
}

describe('the interval of a mean', () => {
  it('does not exist for fewer than two values', () => {
    expect(meanInterval([])).toEqual({ kind: 'none', reason: 'too-few', n: 0, needed: 2 });
    expect(meanInterval([0.4])).toEqual({ kind: 'none', reason: 'too-few', n: 1, needed: 2 });
  });

  it('is a point, and says so, when all values are equal', () => {
    expect(meanInterval([0.3, 0.3, 0.3])).toEqual({
      kind: 'constant',
      caution: 'few-values',
      level: 0.95,
      n: 3,
      estimate: 0.3,
      lower: 0.3,
      upper: 0.3,
    });
  });

  it('has no studentised ends where too many resamples are all ties', () => {
    const nearlyAllTies = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    expect(meanInterval(nearlyAllTies, { method: 'studentised' })).toMatchObject({
      kind: 'none',
      reason: 'unbounded',
    });
    expect(meanInterval(nearlyAllTies, { method: 'strict' }).kind).toBe('interval');
  });

  it.each(METHODS)('holds the mean between its ends by %s, and grows with the level', (method) => {
    const random = createRandom('levels');
    const values = Array.from({ length: 40 }, () => random.normal());
    const [narrow, wide] = [0.8, 0.99].map((level) => meanInterval(values, { method, level }));
    if (narrow.kind !== 'interval' || wide.kind !== 'interval') throw new Error('expected intervals');
    expect(wide.lower).toBeLessThan(narrow.lower);
    expect(narrow.lower).toBeLessThan(narrow.estimate);
    expect(narrow.estimate).toBeLessThan(narrow.upper);
    expect(narrow.upper).toBeLessThan(wide.upper);
  });

  it('moves and stretches with the values', () => {
    fc.assert(
      fc.property(spread, fc.constantFrom(...METHODS), (values, method) => {
        if (method === 'studentised') return;
        const plain = intervalOf(values, method);
        // powers of two, so that rounding does not break ties
        const moved = intervalOf(
          values.map((x) => 4 * x + 2),
          method,
        );
        expect(moved.lower).toBeCloseTo(4 * plain.lower + 2, 9);
        expect(moved.upper).toBeCloseTo(4 * plain.upper + 2, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('is mirrored with the values by the methods that do not resample', () => {
    fc.assert(
      fc.property(spread, fc.constantFrom<IntervalMethod>('t', 'hall'), (values, method) => {
        const plain = intervalOf(values, method);
        const mirrored = intervalOf(
          values.map((x) => -x),
          method,
        );
        expect(mirrored.lower).toBeCloseTo(-plain.upper, 12);
        expect(mirrored.upper).toBeCloseTo(-plain.lower, 12);
      }),
    );
  });

  it('is never narrower guarded than by BCa, nor strict than guarded', () => {
    fc.assert(
      fc.property(spread, (values) => {
        const [bca, guarded, strict] = (['bca', 'guarded', 'strict'] as const).map((m) =>
          intervalOf(values, m),
        );
        expect(guarded.lower).toBeLessThanOrEqual(bca.lower);
        expect(guarded.upper).toBeGreaterThanOrEqual(bca.upper);
        expect(strict.lower).toBeLessThanOrEqual(guarded.lower);
        expect(strict.upper).toBeGreaterThanOrEqual(guarded.upper);
      }),
      { numRuns: 40 },
    );
  });

  it('warns of few values and of skewed ones', () => {
    const random = createRandom('caution');
    const even = Array.from({ length: 220 }, () => random.normal());
    expect(meanInterval(even)).toMatchObject({ caution: null });
    expect(meanInterval(even.slice(0, 199))).toMatchObject({ caution: 'few-values' });
    expect(meanInterval([...even.map((x) => x / 100), -5])).toMatchObject({ caution: 'skewed' });
  });

  it('refuses values that are not finite and levels out of range', () => {
    expect(() => meanInterval([1, Number.POSITIVE_INFINITY])).toThrow('value 1 of 2 is Infinity');
    expect(() => meanInterval([1, 2], { level: 1 })).toThrow('level of an interval');
    expect(() => meanInterval([1, 2], { resamples: 0 })).toThrow('at least 1');
  });
});
