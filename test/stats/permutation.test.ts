import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXACT_SIGNS, signFlipTest } from '../../src/stats/permutation.js';
import { pOf } from '../../src/stats/test-outcome.js';
import type { Alternative } from '../../src/stats/values.js';
import reference from './reference.json' with { type: 'json' };

const { gains, larger, exact, sampled } = reference.signFlip;
const ALTERNATIVES: Alternative[] = ['two-sided', 'greater', 'less'];

function pBy(of: number[], alternative: Alternative): number {
  return pOf(signFlipTest(of, { alternative }));
}

describe('the sign-flip test', () => {
  it.each(ALTERNATIVES)('counts all patterns of few differences as SciPy does, %s', (alternative) => {
    const outcome = signFlipTest(gains, { alternative });
    expect(outcome).toMatchObject({ kind: 'tested', method: 'exact', n: 10 });
    expect(pOf(outcome)).toBeCloseTo(exact[alternative], 12);
  });

  it.each(ALTERNATIVES)('samples patterns of many to what SciPy samples, %s', (alternative) => {
    const outcome = signFlipTest(larger, { alternative, resamples: 200_000 });
    expect(outcome).toMatchObject({ kind: 'tested', method: 'monte-carlo' });
    const [p, expected] = [pOf(outcome), sampled[alternative]];
    // four standard errors of the two samples
    expect(Math.abs(p - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 130_000) + 1e-5);
  });

  it('comes to the same by sampling as by counting, for what can just be counted', () => {
    const few = larger.filter((d) => d !== 0).slice(0, EXACT_SIGNS);
    const padded = [...few, 1e-13];
    const counted = pOf(signFlipTest(few));
    expect(Math.abs(pOf(signFlipTest(padded, { resamples: 200_000 })) - counted)).toBeLessThan(0.006);
  });

  it('is sure at 2 / 2^n when all of n differences point one way', () => {
    expect(pOf(signFlipTest([1, 2, 3, 4]))).toBe(2 / 16);
    expect(pOf(signFlipTest([1, 2, 3, 4], { alternative: 'greater' }))).toBe(1 / 16);
    expect(pOf(signFlipTest([1, 2, 3, 4], { alternative: 'less' }))).toBe(1);
  });

  it('never reaches zero, however clear the case', () => {
    const clear = Array.from({ length: 100 }, (_, i) => 1 + i);
    expect(pOf(signFlipTest(clear, { resamples: 999, alternative: 'greater' }))).toBe(1 / 1000);
  });

  it('leaves zeros out and does not test where nothing differs', () => {
    expect(pOf(signFlipTest([0, 0, 1, 0, 2]))).toBe(pOf(signFlipTest([1, 2])));
    expect(signFlipTest([0, 0])).toEqual({ kind: 'untested', reason: 'no-differences', n: 2 });
    expect(signFlipTest([])).toEqual({ kind: 'untested', reason: 'no-values', n: 0 });
    expect(pOf(signFlipTest([]))).toBe(1);
  });

  it('takes no notice of order or scale, and mirrors with the signs', () => {
    const differences = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(differences, (values) => {
        const two = pBy(values, 'two-sided');
        expect(pBy(values.toReversed(), 'two-sided')).toBe(two);
        expect(
          pBy(
            values.map((d) => d * 0.001),
            'two-sided',
          ),
        ).toBe(two);
        expect(
          pBy(
            values.map((d) => -d),
            'two-sided',
          ),
        ).toBe(two);
        expect(
          pBy(
            values.map((d) => -d),
            'greater',
          ),
        ).toBe(pBy(values, 'less'));
      }),
    );
  });
});
