import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedGains } from '../../src/stats/differences.js';
import { effectSize } from '../../src/stats/effect-size.js';

describe('paired gains', () => {
  it('are positive where the candidate is better, whichever way the metric points', () => {
    expect(Array.from(pairedGains([0.5, 0.5], [0.75, 0.25], 'higher'))).toEqual([0.25, -0.25]);
    expect(Array.from(pairedGains([0.5, 0.5], [0.75, 0.25], 'lower'))).toEqual([-0.25, 0.25]);
  });

  it('of equal decimals are equal, although doubles differ', () => {
    const [a, b] = pairedGains([0.2, 0.3], [0.3, 0.4], 'higher');
    expect(0.3 - 0.2).not.toBe(0.4 - 0.3);
    expect(a).toBe(b);
    expect(a).toBe(0.1);
  });

  it('are never a negative zero', () => {
    expect(Object.is(pairedGains([0.3], [0.3], 'lower')[0], 0)).toBe(true);
    expect(Array.from(pairedGains([0, 0], [0, 0], 'higher'))).toEqual([0, 0]);
  });

  it('keep twelve digits of large scores and of small ones', () => {
    const score = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [gain] = pairedGains([a], [b], 'higher');
        expect(Math.abs(gain - (b - a))).toBeLessThanOrEqual(1e-11 * Math.max(a, b));
      }),
    );
  });

  it('need one score of each model an image, all finite', () => {
    expect(() => pairedGains([1], [1, 2], 'higher')).toThrow('1 values against 2');
    expect(() => pairedGains([1], [Number.NaN], 'higher')).toThrow('is NaN');
  });
});

describe('the effect size', () => {
  it('is worked out by hand for five gains', () => {
    // ranks of |gain|: 1, 2, 3.5, 3.5 and none for the zero; positive 1 + 3.5 + 3.5, negative 2
    const found = effectSize([0.1, -0.2, 0.3, 0.3, 0]);
    expect(found).toMatchObject({ n: 5, wins: 3, losses: 1, ties: 1, rankBiserial: 0.6 });
    expect(found.dz).toBeCloseTo(0.1 / Math.sqrt(0.18 / 4), 12);
  });

  it('counts small moves as ties when told to', () => {
    expect(effectSize([0.1, -0.2, 0.3, 0.3, 0], 0.2)).toMatchObject({ wins: 2, losses: 0, ties: 3 });
  });

  it('is not defined without spread or difference', () => {
    expect(effectSize([])).toEqual({ n: 0, wins: 0, losses: 0, ties: 0, dz: null, rankBiserial: null });
    expect(effectSize([0, 0])).toMatchObject({ ties: 2, dz: null, rankBiserial: null });
    expect(effectSize([0.5, 0.5])).toMatchObject({ wins: 2, dz: null, rankBiserial: 1 });
  });

  it('changes its sign with the gains, and stays within its range', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2 }), (gains) => {
        const [one, other] = [effectSize(gains), effectSize(gains.map((gain) => 0 - gain))];
        expect(other.wins).toBe(one.losses);
        expect(one.wins + one.losses + one.ties).toBe(gains.length);
        expect((one.rankBiserial ?? 0) + (other.rankBiserial ?? 0)).toBeCloseTo(0, 12);
        expect((one.dz ?? 0) + (other.dz ?? 0)).toBeCloseTo(0, 12);
        expect(Math.abs(one.rankBiserial ?? 0)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
