import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortOrLong } from '../support/long.js';
import { runPasses, type Pass, type Pixels } from '../../src/image/resample-kernel.js';

const HALF = 1 << 21;

/** The definition, one value at a time. */
function plainPass({ data, width, height, channels }: Pixels, pass: Pass): Pixels {
  const { along, count, table, recordLength } = pass;
  const rows = along === 'rows';
  const size = rows ? { width: count, height } : { width, height: count };
  const out = new Uint8Array(size.width * size.height * channels);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const record = (rows ? x : y) * recordLength;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0; k < table[record + 1]; k++) {
          const at = rows ? y * width + table[record] + k : (table[record] + k) * width + x;
          sum = (sum + Math.imul(table[record + 2 + k], data[at * channels + c])) | 0;
        }
        out[(y * size.width + x) * channels + c] = Math.min(255, Math.max(0, sum >> 22));
      }
    }
  }
  return { data: out, ...size, channels };
}

/** Weights that ring far below 0 and above 255. */
function passOf(along: Pass['along'], inSize: number, count: number, seed: number): Pass {
  const next = numbers(seed);
  const taps = Math.min(inSize, 1 + (next() % 13));
  const recordLength = 2 + Math.ceil(taps / 4) * 4;
  const table = new Int32Array(count * recordLength);
  for (let i = 0; i < count; i++) {
    const n = 1 + (next() % taps);
    table[i * recordLength] = next() % (inSize - n + 1);
    table[i * recordLength + 1] = n;
    for (let k = 0; k < n; k++) {
      table[i * recordLength + 2 + k] = Math.trunc((next() / 2 ** 32 - 0.4) * 2 ** 22 * 2);
    }
  }
  return { along, count, table, recordLength };
}

/** A linear congruential generator of 32 bits. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

function pixelsOf(width: number, height: number, channels: 1 | 3, seed: number): Pixels {
  const next = numbers(seed);
  const data = new Uint8Array(width * height * channels).map(() => next() >>> 24);
  return { data, width, height, channels };
}

describe('the resampling kernel', () => {
  const side = fc.integer({ min: 1, max: 70 });
  const channels = fc.constantFrom(1 as const, 3 as const);
  const order = fc.uniqueArray(fc.constantFrom('rows' as const, 'columns' as const), { minLength: 1 });

  it('gives what the definition gives, for any size, weights and order of passes', () => {
    fc.assert(
      fc.property(side, side, channels, order, side, side, fc.nat(), (w, h, c, axes, toW, toH, seed) => {
        const pixels = pixelsOf(w, h, c, seed);
        const passes = axes.map((along, i) =>
          along === 'rows' ? passOf(along, w, toW, seed + i) : passOf(along, h, toH, seed + i),
        );
        expect(runPasses(pixels, passes)).toEqual(passes.reduce(plainPass, pixels).data);
      }),
      { numRuns: shortOrLong(100, 400) },
    );
  });

  it('gives the same where the rows are copied in by bands', () => {
    for (const c of [1, 3] as const) {
      const pixels = pixelsOf(1201, 900, c, 5);
      const passes = [passOf('rows', 1201, 333, 6), passOf('columns', 900, 77, 7)];
      expect(runPasses(pixels, passes)).toEqual(passes.reduce(plainPass, pixels).data);
    }
  });

  it('gives the same after a picture so large that its memory is given back', () => {
    const band = pixelsOf(4800, 48, 3, 1).data;
    const data = new Uint8Array(band.length * 100);
    for (let i = 0; i < 100; i++) data.set(band, i * band.length);
    const large: Pixels = { data, width: 4800, height: 4800, channels: 3 };
    const shrink = passOf('columns', 4800, 2, 2);
    expect(runPasses(large, [shrink])).toEqual(plainPass(large, shrink).data);
    const small = pixelsOf(20, 10, 1, 3);
    const widen = passOf('rows', 20, 31, 4);
    expect(runPasses(small, [widen])).toEqual(plainPass(small, widen).data);
  });

  it('copies the pixels where there is nothing to do', () => {
    const pixels = pixelsOf(4, 3, 3, 1);
    const out = runPasses(pixels, []);
    expect(out).toEqual(pixels.data);
    expect(out.buffer).not.toBe(pixels.data.buffer);
  });

  it('refuses a picture that does not fit into its memory, in one sentence', () => {
    const tall = pixelsOf(1, 65_536, 1, 1);
    const pass = passOf('rows', 1, 65_536, 2);
    expect(() => runPasses(tall, [pass])).toThrow(
      expect.objectContaining({
        code: 'runner.out-of-memory',
        message: 'a picture of 1 x 65536 pixels is too large to be resized',
      }),
    );
    expect(runPasses(pixelsOf(2, 2, 1, 1), []).length).toBe(4);
  });
});
