import { describe, expect, it } from 'vitest';
import { quantileInterval, valuesForPercentile } from '../../src/stats/order-statistics.js';
import { imagesToRuleOut, proportionInterval } from '../../src/stats/proportion.js';
import { createRandom } from '../../src/stats/random.js';
import reference from './reference.json' with { type: 'json' };

const { ranks, percentiles, needed } = reference.orderStatistics;

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

describe('the interval of a quantile', () => {
  it.each(ranks)('lies between the ranks that SciPy’s binomial gives for n $n, p $p', (expected) => {
    const found = quantileInterval(upTo(expected.n).toReversed(), expected.p, expected.level);
    if (found.kind !== 'interval') throw new Error('expected an interval');
    expect([found.lowerRank, found.upperRank]).toEqual(expected.ranks);
    expect([found.lower, found.upper]).toEqual(expected.ranks);
    expect(found.confidence).toBeCloseTo(expected.confidence, 10);
    expect(found.confidence).toBeGreaterThanOrEqual(expected.level);
  });

  it.each(needed)('at %f exists from %d values on, and says so below', (p, n) => {
    expect(quantileInterval(upTo(n - 1), p)).toEqual({ kind: 'too-few', p, n: n - 1, needed: n });
    expect(quantileInterval(upTo(n), p).kind).toBe('interval');
  });

  it('covers the true quantile of a skewed population at least as often as it says', () => {
    const random = createRandom('p90');
    const truth = -Math.log(0.1);
    let held = 0;
    for (let run = 0; run < 2000; run++) {
      const found = quantileInterval(Array.from({ length: 100 }, random.exponential), 0.9);
      if (found.kind === 'interval' && found.lower <= truth && truth <= found.upper) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.945);
  });

  it('refuses probabilities at the very ends', () => {
    expect(() => quantileInterval([1, 2], 1)).toThrow('probability of a quantile');
  });
});

describe('the number of values that a percentile needs', () => {
  it.each(percentiles)('is SciPy’s for %f: %d', (p, n) => {
    expect(valuesForPercentile(p)).toBe(n);
  });

  it('is the floor of DESIGN and of MLPerf’s early stopping', () => {
    expect([0.9, 0.95, 0.99].map((p) => valuesForPercentile(p))).toEqual([64, 130, 662]);
  });

  it('grows with the percentile and with the confidence', () => {
    expect(valuesForPercentile(0.999)).toBeGreaterThan(valuesForPercentile(0.99));
    expect(valuesForPercentile(0.9, 0.999)).toBeGreaterThan(valuesForPercentile(0.9, 0.99));
    expect(() => valuesForPercentile(0.9, 1)).toThrow('confidence');
  });
});

describe('the interval of a share', () => {
  it.each(reference.proportions)('is SciPy’s Clopper-Pearson for %d of %d', (hits, n, lower, upper) => {
    const found = proportionInterval(hits, n);
    expect(found.lower).toBeCloseTo(lower, 10);
    expect(found.upper).toBeCloseTo(upper, 10);
    expect(found.estimate).toBe(hits / n);
  });

  it('needs 299 images without a hit to rule out one in a hundred', () => {
    expect(imagesToRuleOut(0.01)).toBe(299);
    expect(0.99 ** 299).toBeLessThanOrEqual(0.05);
    expect(0.99 ** 298).toBeGreaterThan(0.05);
  });

  it('refuses more hits than images', () => {
    expect(() => proportionInterval(3, 2)).toThrow('number of misses');
    expect(() => proportionInterval(0, 0)).toThrow('number of trials');
  });
});
