import { describe, expect, it } from 'vitest';
import { fromFloat16Bits } from '../../../src/models/pixels/float16.js';
import type { RawData } from '../../../src/models/pixels/tensor.js';
import { toFloats } from '../../../src/models/pixels/to-floats.js';

const bitsOf = (floats: Float32Array): Uint32Array =>
  new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

/** Every value by itself, as it was done before. */
const oneByOne = (type: string, data: RawData): Float32Array =>
  Float32Array.from(data as ArrayLike<number | bigint>, (value) =>
    type === 'float16' ? fromFloat16Bits(Number(value)) : Number(value),
  );

const HARD_LONGS = [
  0n,
  1n,
  -1n,
  2n ** 24n + 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n + 1n,
  2n ** 60n + 2n ** 36n + 1n,
];

describe('a raw output as numbers', () => {
  it.each<[string, RawData]>([
    ['float16', Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits)],
    [
      'int64',
      BigInt64Array.from([...HARD_LONGS, ...HARD_LONGS.map((value) => -value), 2n ** 63n - 1n, -(2n ** 63n)]),
    ],
    ['uint64', BigUint64Array.from([0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n, 2n ** 63n + 2n ** 39n + 1n])],
    ['uint8', Uint8Array.from({ length: 256 }, (_, value) => value)],
    ['uint16', Uint16Array.from([0, 1, 0x7c00, 65535])],
    ['int32', Int32Array.from([-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, -7])],
    ['float64', Float64Array.from([0.1, -0, Number.NaN, Infinity, 1e-50, 1e300])],
  ])('of type %s has the bits that every value by itself has', (type, data) => {
    const { dims, data: floats } = toFloats({ type, dims: [1, data.length], data });
    expect(dims).toEqual([1, data.length]);
    expect(bitsOf(floats)).toEqual(bitsOf(oneByOne(type, data)));
  });

  it('is itself where it is float32 already', () => {
    const data = new Float32Array(4);
    expect(toFloats({ type: 'float32', dims: [4], data }).data).toBe(data);
  });

  it('may be a part of a batch, wherever it begins', () => {
    const longs = BigInt64Array.from([1n, 2n, 3n, 2n ** 40n]).subarray(2);
    expect([...toFloats({ type: 'int64', dims: [2], data: longs }).data]).toEqual([3, 2 ** 40]);
  });
});
