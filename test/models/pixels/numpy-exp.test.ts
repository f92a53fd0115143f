import { describe, expect, it } from 'vitest';
import { numpyExp } from '../../../src/models/pixels/output-map.js';
import reference from '../numpy-exp.json' with { type: 'json' };

const numbersOf = (bits: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(bits).buffer);

describe("numpy's exponential", () => {
  it(`is that of numpy ${reference.numpy}, to the last bit`, () => {
    const computed = numbersOf(reference.values).map(numpyExp);
    expect([...new Uint32Array(computed.buffer)]).toEqual(reference.exponentials);
  });

  it('is near the true one', () => {
    for (let x = -80; x < 80; x += 0.37) {
      expect(Math.abs(numpyExp(Math.fround(x)) / Math.exp(Math.fround(x)) - 1)).toBeLessThan(3e-7);
    }
  });

  it('ends in 0 and in infinity', () => {
    expect([numpyExp(-200), numpyExp(200), numpyExp(-Infinity), numpyExp(Infinity)]).toEqual([
      0,
      Infinity,
      0,
      Infinity,
    ]);
    expect(numpyExp(Number.NaN)).toBeNaN();
  });
});
