import { describe, expect, it } from 'vitest';
import { SEAL_PARTS, sealOf, sealOfAll, UNCHECKED, type SealPart } from '../../src/schema/seal.js';

const all: readonly SealPart[] = SEAL_PARTS.map((name) => ({ name, pass: true, found: 'well' }));

describe('a seal', () => {
  it('holds if every part holds', () => {
    expect(sealOf(all)).toEqual({ kind: 'sealed' });
  });

  it('names the parts that failed, in their order', () => {
    const parts = all.map((part) => ({ ...part, pass: !['idle', 'warmed'].includes(part.name) }));
    expect(sealOf(parts)).toEqual({ kind: 'unsealed', failed: ['warmed', 'idle'] });
  });

  it('does not hold if a part was not looked at', () => {
    expect(sealOf(all.slice(0, -1))).toEqual({ kind: 'unsealed', failed: ['clock'] });
    expect(sealOf([])).toEqual(UNCHECKED);
  });

  it('of several figures fails where one of them failed', () => {
    expect(sealOfAll([{ kind: 'sealed' }, { kind: 'sealed' }])).toEqual({ kind: 'sealed' });
    expect(sealOfAll([{ kind: 'sealed' }, { kind: 'unsealed', failed: ['idle'] }])).toEqual({
      kind: 'unsealed',
      failed: ['idle'],
    });
    expect(sealOfAll([])).toEqual(UNCHECKED);
  });
});
