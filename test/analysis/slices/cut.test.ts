import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutByBins, cutInThirds } from '../../../src/analysis/slices/cut.js';

describe('thirds', () => {
  it('hold a third of the values each, and show their range', () => {
    const cut = cutInThirds([6, 1, 5, 2, 4, 3]);
    expect(cut.labels).toEqual(['1 to 2', '3 to 4', '5 to 6']);
    expect([1, 2, 3, 4, 5, 6].map((value) => cut.indexOf(value))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('keep equal values together, and are fewer where there are not three', () => {
    expect(cutInThirds([1, 1, 1, 1, 1, 9]).labels).toEqual(['1', '9']);
    expect(cutInThirds([7, 7]).labels).toEqual(['7']);
    expect(cutInThirds([]).labels).toEqual([]);
  });

  it('round what they show to three digits', () => {
    expect(cutInThirds([0.012345, 0.5, 100.25]).labels).toEqual(['0.0123', '0.5', '100']);
  });

  it('put every value into exactly one slice, in ascending order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, (all) => {
        const cut = cutInThirds(all);
        const slices = all.toSorted((a, b) => a - b).map((value) => cut.indexOf(value));
        expect(slices.every((slice) => slice >= 0 && slice < cut.labels.length)).toBe(true);
        expect(slices).toEqual(slices.toSorted((a, b) => a - b));
        expect(new Set(slices).size).toBe(cut.labels.length);
      }),
    );
  });

  it('have no slice for what is not a number', () => {
    expect(cutInThirds([1, 2, 3]).indexOf(Number.NaN)).toBe(-1);
  });
});

describe('fixed slices', () => {
  const bins = [
    { label: 'none', upTo: 0 },
    { label: 'some', upTo: 0.5 },
    { label: 'much', upTo: 1 },
  ];

  it('include their upper end, and are shown only where there are values', () => {
    const cut = cutByBins([0, 0.6, 1], bins);
    expect(cut.labels).toEqual(['none', 'much']);
    expect([0, 0.6, 1].map((value) => cut.indexOf(value))).toEqual([0, 1, 1]);
    expect(cutByBins([0.5], bins).labels).toEqual(['some']);
  });

  it('have no slice for what is not a number', () => {
    expect(cutByBins([0], bins).indexOf(Number.NaN)).toBe(-1);
  });
});
