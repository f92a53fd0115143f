import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as bits from '../../src/image/bit-mask.js';
import { anyImage, anyMask } from '../fixtures/masks.js';
import { noise } from '../fixtures/scenes.js';

describe('a bit mask', () => {
  it('selects the values at or above the cut, at any width and any position in memory', () => {
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: 1, max: 70 }),
          cut: fc.integer({ min: 1, max: 256 }),
          offset: fc.integer({ min: 0, max: 3 }),
        }),
        ({ width, cut, offset }) => {
          const data = noise(offset + width * 5, width + cut).subarray(offset);
          const mask = bits.packAtLeast({ width, height: 5, data }, cut);
          expect(bits.unpackBits(mask)).toEqual(data.map((v) => (v >= cut ? 1 : 0)));
        },
      ),
    );
  });

  it('comes back from its bytes unchanged, and counts its ones', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const mask = bits.packAtLeast(image, 1);
        expect(bits.unpackBits(mask)).toEqual(image.data);
        expect(bits.countBits(mask)).toBe(image.data.reduce((sum, v) => sum + v, 0));
      }),
    );
  });

  it('can be framed by zeros', () => {
    const mask = bits.packAtLeast({ width: 2, height: 1, data: Uint8Array.of(1, 1) }, 1);
    expect([...bits.unpackBits(mask, 1)]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('lists its runs in raster order, each as long as it can be', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const expected: number[][] = [];
        for (let y = 0; y < image.height; y++) {
          for (let x = 0; x < image.width; x++) {
            const at = y * image.width + x;
            if (image.data[at] === 0) continue;
            if (x > 0 && image.data[at - 1] === 1) expected[expected.length - 1][2] = x + 1;
            else expected.push([y, x, x + 1]);
          }
        }
        const runs: number[][] = [];
        bits.forEachRun(bits.packAtLeast(image, 1), (...run) => runs.push(run));
        expect(runs).toEqual(expected);
      }),
    );
  });

  it('combines with another pixel by pixel, and never beyond its width', () => {
    fc.assert(
      fc.property(anyMask, (a) => {
        const b = bits.packAtLeast(
          { width: a.width, height: a.height, data: noise(a.width * a.height, 7) },
          128,
        );
        const [bytesA, bytesB] = [bits.unpackBits(a), bits.unpackBits(b)];
        const results = [
          [bits.intersection(a, b), bytesA.map((v, i) => v & bytesB[i])],
          [bits.union(a, b), bytesA.map((v, i) => v | bytesB[i])],
          [bits.difference(a, b), bytesA.map((v, i) => v & (1 - bytesB[i]))],
          [bits.complement(a), bytesA.map((v) => 1 - v)],
        ] as const;
        for (const [mask, expected] of results) {
          expect(bits.unpackBits(mask)).toEqual(expected);
          expect(bits.countBits(mask)).toBe(expected.reduce((sum, v) => sum + v, 0));
        }
      }),
    );
  });
});
