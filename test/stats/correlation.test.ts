import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  correlation,
  type Correlation,
  type CorrelationKind,
  kendallTau,
} from '../../src/stats/correlation.js';
import reference from './reference.json' with { type: 'json' };

const KINDS: CorrelationKind[] = ['pearson', 'spearman', 'kendall'];
const { x, y, pearson, spearman, kendall } = reference.correlation;

function found(a: readonly number[], b: readonly number[], kind: CorrelationKind): Correlation {
  const outcome = correlation(a, b, kind);
  if (outcome.kind !== 'correlation') throw new Error(`no ${kind} correlation: ${outcome.reason}`);
  return outcome;
}

/** On Fisher's scale. */
function width(kind: CorrelationKind): number {
  return Math.atanh(found(x, y, kind).upper) - Math.atanh(found(x, y, kind).lower);
}

describe('a correlation', () => {
  it('is SciPy’s, ties and all', () => {
    expect(found(x, y, 'spearman').estimate).toBeCloseTo(spearman, 12);
    expect(found(x, y, 'kendall').estimate).toBeCloseTo(kendall, 12);
    const linear = found(x, y, 'pearson');
    expect([linear.estimate, linear.lower, linear.upper]).toEqual(pearson.map((r) => expect.closeTo(r, 12)));
  });

  it('has intervals that widen from Pearson’s to Spearman’s, around the estimate', () => {
    for (const kind of KINDS) {
      const { lower, estimate, upper } = found(x, y, kind);
      expect(lower).toBeLessThan(estimate);
      expect(upper).toBeGreaterThan(estimate);
    }
    expect(width('spearman')).toBeGreaterThan(width('pearson'));
  });

  it('is one for what rises together, minus one for the reverse', () => {
    const rising = [1, 2, 3, 4, 5, 6];
    for (const kind of KINDS) {
      expect(found(rising, rising, kind).estimate).toBeCloseTo(1, 12);
      expect(found(rising, rising.toReversed(), kind).lower).toBeCloseTo(-1, 6);
    }
  });

  it('does not exist for few pairs or a quantity that never changes', () => {
    expect(correlation([1, 2], [1, 2], 'pearson')).toEqual({
      kind: 'none',
      reason: 'too-few',
      n: 2,
      needed: 5,
    });
    expect(
      correlation(
        x,
        x.map(() => 1),
        'kendall',
      ),
    ).toMatchObject({ kind: 'none', reason: 'constant' });
    expect(() => correlation([1], [], 'pearson')).toThrow('1 values against 0');
  });

  it('counts Kendall’s pairs as the definition does', () => {
    const small = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(small, small), { minLength: 2, maxLength: 40 }), (pairs) => {
        const a = pairs.map(([left]) => left);
        const b = pairs.map(([, right]) => right);
        let balance = 0;
        let [untiedA, untiedB] = [0, 0];
        for (let i = 0; i < pairs.length; i++) {
          for (let j = 0; j < i; j++) {
            balance += Math.sign(a[i] - a[j]) * Math.sign(b[i] - b[j]);
            if (a[i] !== a[j]) untiedA++;
            if (b[i] !== b[j]) untiedB++;
          }
        }
        const expected = balance / Math.sqrt(untiedA * untiedB);
        const tau = kendallTau(a, b);
        if (Number.isNaN(expected)) expect(tau).toBeNaN();
        else expect(tau).toBeCloseTo(expected, 12);
      }),
    );
  });
});
