import { describe, expect, it } from 'vitest';
import { binomialDensity } from '../../src/stats/binomial-distribution.js';
import { excess } from '../../src/stats/differences.js';
import { excessShare, imagesToRuleOut, proportionInterval } from '../../src/stats/proportion.js';
import { unitMeans } from '../../src/stats/unit-means.js';

describe('means of units', () => {
  it('weigh units alike, whatever their sizes, in the order in which they come', () => {
    const { units, means, sizes } = unitMeans([1, 0, 0.5, 0, 0.25], ['b', 'a', 'b', 'c', 'b']);
    expect(units).toEqual(['b', 'a', 'c']);
    expect(sizes).toEqual([3, 1, 1]);
    expect(Array.from(means)).toEqual([1.75 / 3, 0, 0]);
  });

  it('have the mean of the images where all units are of one size', () => {
    const values = [0.1, 0.3, 0.5, 0.9, 0.2, 0.4];
    const { means } = unitMeans(values, ['x', 'y', 'z', 'z', 'y', 'x']);
    const mean = (of: ArrayLike<number>): number =>
      Array.from(of).reduce((sum, value) => sum + value / of.length, 0);
    expect(mean(means)).toBeCloseTo(mean(values), 12);
  });

  it('are the same for every order of the images, and the values themselves for units of one', () => {
    const values = [0.25, 0.5, 0.75, 1];
    const units = ['p', 'q', 'p', 'r'];
    const forth = unitMeans(values, units);
    const back = unitMeans(values.toReversed(), units.toReversed());
    const byUnit = ({ units: names, means }: typeof forth): Map<string, number> =>
      new Map(names.map((name, i) => [name, means[i]]));
    expect(byUnit(back)).toEqual(byUnit(forth));
    expect(Array.from(unitMeans(values, ['1', '2', '3', '4']).means)).toEqual(values);
    expect(unitMeans([], []).means).toHaveLength(0);
  });

  it('refuse a value without a unit, and one that is none', () => {
    expect(() => unitMeans([1, 2], ['a'])).toThrow('1 units');
    expect(() => unitMeans([Number.NaN], ['a'])).toThrow('value 0');
  });
});

describe('the excess of new bad images over mended ones', () => {
  it('is counted image by image', () => {
    const found = excess([false, true, true, false], [true, false, true, false]);
    expect(Array.from(found)).toEqual([1, -1, 0, 0]);
    expect(() => excess([true], [])).toThrow('against');
  });

  it('comes down to Clopper and Pearson with four fifths of the error where nothing was mended', () => {
    const { upper, lower, estimate } = excessShare(3, 0, 500);
    expect(estimate).toBe(0.006);
    expect(upper).toBeCloseTo(proportionInterval(3, 500, 0.92).upper, 12);
    expect(lower).toBeLessThan(0);
    expect(excessShare(0, 0, imagesToRuleOut(0.01, 0.96)).upper).toBeLessThan(0.01);
    expect(excessShare(0, 0, imagesToRuleOut(0.01, 0.96) - 1).upper).toBeGreaterThan(0.01);
    expect(() => excessShare(3, 3, 5)).toThrow('as before');
  });

  it('mirrors, and falls with every mended image', () => {
    expect(excessShare(5, 9, 300).estimate).toBe(-excessShare(9, 5, 300).estimate);
    for (let mended = 1; mended < 20; mended++) {
      expect(excessShare(9, mended, 300).upper).toBeLessThan(excessShare(9, mended - 1, 300).upper);
      expect(excessShare(9, mended, 300).lower).toBeLessThan(excessShare(9, mended - 1, 300).lower);
    }
  });

  it('is missed on either side in at most 5 %, counted over all outcomes', () => {
    const n = 60;
    for (const [fresh, mended] of [
      [0.05, 0],
      [0.3, 0.29],
      [0.02, 0.1],
      [0.5, 0.3],
      [0.001, 0.001],
    ] as const) {
      let [high, low] = [0, 0];
      for (let changed = 0; changed <= n; changed++) {
        const some = binomialDensity(changed, n, fresh + mended);
        for (let news = 0; news <= changed; news++) {
          const chance = some * binomialDensity(news, changed, fresh / (fresh + mended));
          const bounds = excessShare(news, changed - news, n);
          if (bounds.upper < fresh - mended) high += chance;
          if (bounds.lower > fresh - mended) low += chance;
        }
      }
      expect(high).toBeLessThanOrEqual(0.05);
      expect(low).toBeLessThanOrEqual(0.05);
    }
  });
});
