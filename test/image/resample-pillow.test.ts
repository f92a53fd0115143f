import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resamplePillow, type PillowFilter } from '../../src/image/resample-pillow.js';
import reference from './pillow-resample.json' with { type: 'json' };

describe('resamplePillow', () => {
  for (const c of reference.cases) {
    const from = `${c.width}x${c.height}x${c.channels}`;
    it(`gives Pillow's bytes for ${c.pixels} ${from} to ${c.toWidth}x${c.toHeight} by ${c.filter}`, () => {
      const n = c.width * c.height * c.channels;
      const pixels =
        c.pixels === 'noise' ? noise(n, c.seed) : noise(n, c.seed).map((v) => (v >= 128 ? 255 : 0));
      const out = resamplePillow(
        pixels,
        c.width,
        c.height,
        c.channels as 1 | 3,
        c.toWidth,
        c.toHeight,
        c.filter as PillowFilter,
      );
      expect([...out.subarray(0, c.head.length)]).toEqual(c.head);
      expect(createHash('sha256').update(out).digest('hex')).toBe(c.sha256);
    });
  }

  it('copies the pixels when the size is unchanged', () => {
    const pixels = noise(12, 1);
    const out = resamplePillow(pixels, 4, 3, 1, 4, 3);
    expect(out).toEqual(pixels);
    expect(out).not.toBe(pixels);
  });

  it('keeps a constant image constant at every size', () => {
    const out = resamplePillow(new Uint8Array(40 * 30).fill(77), 40, 30, 1, 123, 7);
    expect(new Set(out)).toEqual(new Set([77]));
  });
});

/** The linear congruential generator of scripts/reference/pillow-resample.py. */
function noise(n: number, seed: number): Uint8Array {
  const out = new Uint8Array(n);
  let state = seed;
  for (let i = 0; i < n; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}
