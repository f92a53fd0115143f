import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, holm } from '../../src/stats/multiplicity.js';
import reference from './reference.json' with { type: 'json' };

const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('adjusted p values', () => {
  const { p, holm: byHolm, bh } = reference.multiplicity;

  it('are by Holm what closed testing with Bonferroni comes to', () => {
    holm(p).forEach((q, i) => expect(q).toBeCloseTo(byHolm[i], 12));
  });

  it('are by Benjamini and Hochberg what SciPy has', () => {
    benjaminiHochberg(p).forEach((q, i) => expect(q).toBeCloseTo(bh[i], 12));
  });

  it.each([
    ['Holm', holm],
    ['Benjamini-Hochberg', benjaminiHochberg],
  ])('never fall below the raw ones, keep their order, and stay at most 1, by %s', (_, adjust) => {
    fc.assert(
      fc.property(family, (ps) => {
        const adjusted = adjust(ps);
        adjusted.forEach((q, i) => {
          expect(q).toBeGreaterThanOrEqual(ps[i]);
          expect(q).toBeLessThanOrEqual(1);
          ps.forEach((other, k) => {
            if (other >= ps[i]) expect(adjusted[k]).toBeGreaterThanOrEqual(q);
          });
        });
      }),
    );
  });

  it('are never larger by Benjamini and Hochberg than by Holm', () => {
    fc.assert(
      fc.property(family, (ps) => {
        const careful = holm(ps);
        benjaminiHochberg(ps).forEach((q, i) => expect(q).toBeLessThanOrEqual(careful[i] + 1e-15));
      }),
    );
  });

  it('of no claims are none, and of what is no probability are refused', () => {
    expect(holm([])).toEqual([]);
    expect(benjaminiHochberg([])).toEqual([]);
    expect(() => holm([0.5, 1.2])).toThrow('p value 1.2');
    expect(() => benjaminiHochberg([Number.NaN])).toThrow('p value NaN');
  });
});
