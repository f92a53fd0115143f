import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attributeNamed,
  meanOfSlice,
  sliceByNumber,
  sliceByValue,
} from '../../../src/analysis/slices/slicing.js';
import type { Slicing } from '../../../src/schema/page-input.js';

const thirds = (values: readonly number[]): Slicing => sliceByNumber(values, undefined, 'each dataset');

describe('thirds', () => {
  it('hold a third of the values each, and show their range', () => {
    const { how, labels, of } = thirds([6, 1, 5, 2, 4, 3]);
    expect(how).toBe('thirds of each dataset');
    expect(labels).toEqual(['1 to 2', '3 to 4', '5 to 6']);
    expect([...of]).toEqual([2, 0, 2, 0, 1, 1]);
  });

  it('keep equal values together, and are fewer where there are not three', () => {
    expect(thirds([1, 1, 1, 1, 1, 9]).labels).toEqual(['1', '9']);
    expect(thirds([7, 7]).labels).toEqual(['7']);
    expect(thirds([]).labels).toEqual([]);
  });

  it('round what they show to three digits', () => {
    expect(thirds([0.012345, 0.5, 100.25]).labels).toEqual(['0.0123', '0.5', '100']);
  });

  it('put every value into exactly one slice, in ascending order', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, (all) => {
        const sorted = all.toSorted((a, b) => a - b);
        const { labels, of } = thirds(sorted);
        const slices = [...of];
        expect(slices.every((slice) => slice >= 0 && slice < labels.length)).toBe(true);
        expect(slices).toEqual(slices.toSorted((a, b) => a - b));
        expect(new Set(slices).size).toBe(labels.length);
      }),
    );
  });

  it('have no slice for what is not a number', () => {
    expect([...thirds([1, Number.NaN, 3]).of]).toEqual([0, -1, 1]);
    expect(thirds([Number.NaN]).labels).toEqual([]);
  });
});

describe('fixed slices', () => {
  const bins = [
    { label: 'none', upTo: 0 },
    { label: 'some', upTo: 0.5 },
    { label: 'much', upTo: 1 },
  ];
  const fixed = (values: readonly number[]): Slicing => sliceByNumber(values, bins, 'each dataset');

  it('include their upper end, and are shown only where there are values', () => {
    const { how, labels, of } = fixed([0, 0.6, 1]);
    expect(how).toBe('fixed slices');
    expect(labels).toEqual(['none', 'much']);
    expect([...of]).toEqual([0, 1, 1]);
    expect(fixed([0.5]).labels).toEqual(['some']);
  });

  it('have no slice for what is not a number, or beyond the last', () => {
    expect([...fixed([0, Number.NaN, 2]).of]).toEqual([0, -1, -1]);
  });
});

describe('a slice for each value', () => {
  it('is in the order that is asked for, and none is of nothing', () => {
    const { labels, of } = sliceByValue(['b', '', 'a', 'b']);
    expect(labels).toEqual(['a', 'b']);
    expect([...of]).toEqual([1, -1, 0, 1]);
    expect(sliceByValue(['a', 'b'], (a, b) => (a < b ? 1 : -1)).labels).toEqual(['b', 'a']);
  });
});

describe('a metric over a slice', () => {
  it('is over the images that define it', () => {
    const cut = sliceByValue(['a', 'a', 'b', 'a']);
    const scores = Float64Array.of(0.5, Number.NaN, 1, 1);
    expect(meanOfSlice(scores, cut, 0, [0, 1])).toMatchObject({ n: 2, mean: 0.75 });
    expect(meanOfSlice(Float64Array.of(Number.NaN), sliceByValue(['a']), 0, [0, 1])).toMatchObject({
      n: 0,
      mean: null,
    });
  });
});

describe('the name of an attribute', () => {
  it('may be spelled with hyphens, and a wrong one is answered with the nearest', () => {
    const images = [{ group: 'ship' }, { Split: 'x', ipq: 1 }];
    expect(attributeNamed('split', images)).toBe('Split');
    expect(attributeNamed('thin-structure-share', images)).toBe('thinStructureShare');
    expect(() => attributeNamed('gruop', images)).toThrow('the run has no attribute "gruop"');
  });
});
