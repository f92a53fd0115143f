import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitney } from '../../src/stats/mann-whitney.js';
import { mcnemarExact } from '../../src/stats/mcnemar.js';
import { midranks } from '../../src/stats/ranks.js';
import { pOf } from '../../src/stats/test-outcome.js';
import type { Alternative } from '../../src/stats/values.js';
import { wilcoxonSignedRank } from '../../src/stats/wilcoxon.js';
import reference from './reference.json' with { type: 'json' };

const ALTERNATIVES: Alternative[] = ['two-sided', 'greater', 'less'];
const whole = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });

function bent(values: number[]): number[] {
  return values.map((x) => Math.exp(x / 5));
}

describe('midranks', () => {
  it('share the mean rank among ties', () => {
    expect(midranks([3, 1, 3, 2, 3])).toEqual({ ranks: Float64Array.of(4, 1, 4, 2, 4), tieTerm: 24 });
    expect(midranks([])).toEqual({ ranks: new Float64Array(0), tieTerm: 0 });
  });
});

describe('Wilcoxon’s signed-rank test', () => {
  const { plain, tied, large } = reference.wilcoxon;

  it.each(ALTERNATIVES)('is SciPy’s exact one without ties, %s', (alternative) => {
    expect(pOf(wilcoxonSignedRank(plain.values, alternative))).toBeCloseTo(plain.p[alternative], 12);
  });

  it.each(ALTERNATIVES)('is SciPy’s count over all patterns with ties and zeros, %s', (alternative) => {
    const outcome = wilcoxonSignedRank(tied.values, alternative);
    expect(outcome).toMatchObject({ method: 'exact', n: 11 });
    expect(pOf(outcome)).toBeCloseTo(tied.p[alternative], 12);
  });

  it.each(ALTERNATIVES)(
    'is SciPy’s normal limit with ties, zeros and continuity for many, %s',
    (alternative) => {
      const outcome = wilcoxonSignedRank(large.values, alternative);
      expect(outcome).toMatchObject({ method: 'normal', statistic: large.statistic });
      expect(pOf(outcome)).toBeCloseTo(large.p[alternative], 12);
    },
  );

  it('is hand-counted for three differences', () => {
    // sums of {1, 2, 3}: 0 1 2 3 3 4 5 6; at least 5 in two of eight
    expect(pOf(wilcoxonSignedRank([-1, 2, 3], 'greater'))).toBe(0.25);
    expect(pOf(wilcoxonSignedRank([-1, 2, 3]))).toBe(0.5);
  });

  it('does not test where nothing differs', () => {
    expect(wilcoxonSignedRank([0, 0])).toEqual({ kind: 'untested', reason: 'no-differences', n: 2 });
    expect(wilcoxonSignedRank([])).toEqual({ kind: 'untested', reason: 'no-values', n: 0 });
  });

  it('takes no notice of scale, and mirrors with the signs', () => {
    fc.assert(
      fc.property(whole, (values) => {
        const mirrored = values.map((d) => -8 * d);
        expect(pOf(wilcoxonSignedRank(mirrored))).toBeCloseTo(pOf(wilcoxonSignedRank(values)), 12);
        const [greater, less] = [wilcoxonSignedRank(values, 'greater'), wilcoxonSignedRank(mirrored, 'less')];
        expect(pOf(greater)).toBeCloseTo(pOf(less), 12);
      }),
    );
  });
});

describe('the Mann-Whitney test', () => {
  describe.each(['plain', 'tied', 'large'] as const)('of %s groups', (name) => {
    const { first, second, u, p } = reference.mannWhitney[name];

    it.each(ALTERNATIVES)('has SciPy’s p, %s', (alternative) => {
      const outcome = mannWhitney(first, second, alternative);
      expect(outcome).toMatchObject({ statistic: u, method: name === 'large' ? 'normal' : 'exact' });
      expect(pOf(outcome)).toBeCloseTo(p[alternative], 12);
    });
  });

  it('takes Float32Arrays and does not test where nothing differs', () => {
    expect(pOf(mannWhitney(Float32Array.of(1, 2), Float32Array.of(3, 4), 'less'))).toBeCloseTo(1 / 6, 12);
    expect(mannWhitney([1, 1], [1])).toEqual({ kind: 'untested', reason: 'no-differences', n: 3 });
    expect(mannWhitney([], [1])).toEqual({ kind: 'untested', reason: 'no-values', n: 1 });
  });

  it('mirrors when the groups change places, and knows only the order of the values', () => {
    fc.assert(
      fc.property(whole, whole, (first, second) => {
        const p = pOf(mannWhitney(first, second, 'greater'));
        expect(pOf(mannWhitney(second, first, 'less'))).toBeCloseTo(p, 12);
        expect(pOf(mannWhitney(bent(first), bent(second), 'greater'))).toBeCloseTo(p, 12);
      }),
      { numRuns: 40 },
    );
  });
});

describe('McNemar’s exact test', () => {
  it.each(reference.mcnemar)('has SciPy’s binomial p for $won won, $lost lost', ({ won, lost, p }) => {
    for (const alternative of ALTERNATIVES) {
      expect(pOf(mcnemarExact(won, lost, alternative))).toBeCloseTo(p[alternative], 12);
    }
  });

  it('does not test where no image changed sides, and refuses halves', () => {
    expect(mcnemarExact(0, 0)).toEqual({ kind: 'untested', reason: 'no-differences', n: 0 });
    expect(() => mcnemarExact(0.5, 1)).toThrow('whole number');
  });
});
