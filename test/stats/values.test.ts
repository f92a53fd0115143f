import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { smallestWhere, whereReaches } from '../../src/stats/bisection.js';
import { isConstant } from '../../src/stats/moments.js';
import { asArray, ascending, requireFinite, requirePaired } from '../../src/stats/values.js';

describe('values', () => {
  it('are refused with a coded error that says which of them is wrong', () => {
    expect(() => requireFinite([1, Number.NaN], 'scores')).toThrow(MaskbenchError);
    expect(() => requireFinite([1, Number.NaN], 'scores')).toThrow('scores: value 1 of 2 is NaN');
    expect(() => requirePaired([1], [1, 2], 'scores')).toThrow('scores: 1 values against 2');
  });

  it('may be plain or typed, and are never changed', () => {
    const typed = Float32Array.of(3, 1, 2);
    expect(Array.from(ascending(typed))).toEqual([1, 2, 3]);
    expect(Array.from(typed)).toEqual([3, 1, 2]);
    expect(asArray(typed)).toEqual([3, 1, 2]);
    const plain = [1, 2];
    expect(asArray(plain)).toBe(plain);
  });

  it('are constant when there is none that differs, one and none included', () => {
    expect([[], [1], [1, 1], [1, 1, 2]].map(isConstant)).toEqual([true, true, true, false]);
  });
});

describe('bisection', () => {
  it('finds where a rising function reaches a target, to the last bits', () => {
    expect(whereReaches((x) => x * x, 2, 0, 2)).toBeCloseTo(Math.SQRT2, 15);
  });

  it('finds the first whole number that holds, or none', () => {
    expect(smallestWhere((n) => n * n >= 50, 0, 100)).toBe(8);
    expect(smallestWhere((n) => n >= 0, 0, 100)).toBe(0);
    expect(smallestWhere((n) => n > 100, 0, 100)).toBeNull();
  });
});
