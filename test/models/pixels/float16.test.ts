import { describe, expect, it } from 'vitest';
import { fromFloat16Bits, toFloat16Bits } from '../../../src/models/pixels/float16.js';

describe('a half-precision number', () => {
  it('goes there and back for every one of the 65,536 bit patterns that is a number', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) continue;
      expect(toFloat16Bits(value), bits.toString(16)).toBe(bits);
    }
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [0.1, 0x2e66],
    [5.960464477539063e-8, 0x0001],
    [2.980232238769531e-8, 0x0000],
    [2.9802325e-8, 0x0001],
    [6.1e-5, 0x0400 - 1],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
  ])('of %d has the bits of the nearest one', (value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits);
  });

  it('half way between two goes to the even one', () => {
    const step = 2 ** -10;
    expect(toFloat16Bits(1 + step / 2)).toBe(0x3c00);
    expect(toFloat16Bits(1 + (3 * step) / 2)).toBe(0x3c02);
  });

  it('keeps what is no number', () => {
    expect(fromFloat16Bits(toFloat16Bits(Number.NaN))).toBeNaN();
  });
});
