import { describe, expect, it } from 'vitest';
import { DEFAULT_CONVENTIONS } from '../../src/metrics/metric.js';
import { signatureOf, signaturesOf } from '../../src/metrics/signature.js';

describe('a signature', () => {
  it('names the protocol, its conventions and its version', () => {
    expect(signaturesOf(['fixed', 'sod', 'matting', 'cutout'], DEFAULT_CONVENTIONS)).toEqual([
      'fixed|t:128|empty:one|boundary:0.02|v:1',
      'sod|truth:>128|stretch:minmax|beta2:0.3|alpha:0.5|relax:5|epsilon:2|v:1',
      'matting|area:image|sigma:1.4|step:0.1|tau:0.15|v:1',
      'cutout|edge:>=128|rim:0.01|backgrounds:white+black|v:1',
    ]);
  });

  it('changes with each convention of fixed', () => {
    const all = [
      DEFAULT_CONVENTIONS,
      { ...DEFAULT_CONVENTIONS, threshold: 127 },
      { ...DEFAULT_CONVENTIONS, empty: 'zero' as const },
      { ...DEFAULT_CONVENTIONS, empty: 'skip' as const },
    ].map((conventions) => signatureOf('fixed', conventions));
    expect(new Set(all).size).toBe(4);
  });

  it('does not change with conventions that the protocol does not read', () => {
    expect(signatureOf('sod', { threshold: 1, empty: 'skip' })).toBe(signatureOf('sod', DEFAULT_CONVENTIONS));
  });

  it('says how predictions were resized and values brought together', () => {
    expect(signatureOf('fixed', { ...DEFAULT_CONVENTIONS, resize: true }, { aggregate: 'pooled' })).toBe(
      'fixed|t:128|empty:one|boundary:0.02|resize:bilinear|agg:pooled|v:1',
    );
  });
});
