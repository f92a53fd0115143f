import { describe, expect, it } from 'vitest';
import { judgeClaims, type Claim } from '../../../../src/analysis/gate/evidence/claims.js';
import type { Verdict } from '../../../../src/schema/verdict.js';

/** A claim that fails with this p value, or passes. */
function claim(id: string, p: number | null, more: Partial<Claim> = {}): Claim {
  return {
    id,
    rule: id,
    judge: (level) => (p === null ? 'pass' : p <= 1 - level ? 'fail' : 'inconclusive'),
    tell: (verdict: Verdict) => ({ evidence: `it is ${verdict}`, figures: {}, images: [] }),
    ...more,
  };
}

const verdicts = (claims: readonly Claim[]) =>
  judgeClaims(claims, 0.95).map((check) => check?.verdict ?? null);

describe('a family of claims', () => {
  it('decides one by its own bounds', () => {
    expect([claim('a', null), claim('a', 0.04), claim('a', 0.06)].map((one) => verdicts([one]))).toEqual([
      ['pass'],
      ['fail'],
      ['inconclusive'],
    ]);
  });

  it('asks for more of one that fails barely among many, and says so', () => {
    const others = Array.from({ length: 30 }, (_, i) => claim(`other ${i}`, null));
    const [check] = judgeClaims([claim('barely', 0.002), ...others], 0.95);
    expect(check).toMatchObject({
      verdict: 'inconclusive',
      evidence:
        "it is inconclusive; its own bounds lie beyond the limit of this rule, but not after Holm's correction over 31 claims",
    });
  });

  it('leaves the others more room once one has failed', () => {
    expect(verdicts([claim('a', 0.016), claim('b', 0.024), claim('c', 0.049)])).toEqual([
      'fail',
      'fail',
      'fail',
    ]);
    expect(verdicts([claim('a', 0.018), claim('b', 0.024), claim('c', 0.049)])).toEqual([
      'inconclusive',
      'inconclusive',
      'inconclusive',
    ]);
  });

  it('lists one that can only fail where it does', () => {
    const only = { onlyIfFailed: true };
    expect(verdicts([claim('a', 0.01, only), claim('b', 0.06, only), claim('c', null, only)])).toEqual([
      'fail',
      null,
      null,
    ]);
  });
});
