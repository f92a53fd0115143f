import { describe, expect, it } from 'vitest';
import { tukeyFences } from '../../src/stats/outliers.js';

describe("Tukey's fences", () => {
  it('lie one and a half interquartile ranges beyond the quartiles', () => {
    // Quartiles of 1..9 by type 7 are 3 and 7.
    expect(tukeyFences([9, 1, 8, 2, 7, 3, 6, 4, 5])).toEqual({ lower: -3, upper: 13 });
  });

  it('of fewer than four values exclude nothing', () => {
    expect(tukeyFences([1, 2, 1000])).toEqual({
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
    });
  });

  it('refuse what is no number', () => {
    expect(() => tukeyFences([1, 2, 3, Number.NaN])).toThrow(/value 3 of 4 is NaN/);
  });
});
