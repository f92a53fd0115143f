import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packCounts, unpackCounts } from '../../src/scoring/class-counts.js';

describe('the counts of a score record', () => {
  it('come back as they were, up to images of four billion pixels', () => {
    const counts = fc
      .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 32 - 1 })), {
        minLength: 768,
        maxLength: 768,
      })
      .map((values) => Uint32Array.from(values));
    fc.assert(
      fc.property(counts, (values) => {
        expect(unpackCounts(packCounts(values))).toEqual(values);
      }),
    );
  });

  it('of a binary mask take less than 100 characters', () => {
    const counts = new Uint32Array(768);
    counts[0] = 1_234_567;
    counts[512 + 255] = 345_678;
    expect(packCounts(counts).length).toBeLessThan(100);
  });

  it('refuse what is no record: other text, too few numbers, and an endless run of zeros', () => {
    const bomb = deflateRawSync(new Uint8Array(1_000_000)).toString('base64');
    const short = deflateRawSync(new Uint8Array(100)).toString('base64');
    for (const text of ['', 'no base64 at all', short, bomb]) {
      expect(() => unpackCounts(text), text.slice(0, 10)).toThrow('not the counts of a score record');
    }
  });
});
