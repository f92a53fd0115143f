// Writes configs/proof/full-memory.onnx: a network that no memory is large enough for, of a few hundred bytes.
//
//   1 x 3 x 64 x 64 float32  ->  the mean over the channels, repeated 2^34 times (256 TiB), and the greatest of each pixel
//
// A process of x64 has 128 TiB of addresses at most, and no card has one: to ask for it fails at once, on every device,
// and nothing is filled. Usage: node scripts/make-full-memory.mjs [output.onnx]

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { attribute, encodeOnnx, floatValue, longs, node } from './support/onnx-encode.mjs';

const SIDE = 64;
const { int, ints } = attribute;

/** @type {import('./support/onnx-encode.mjs').GraphDescription} */
const graph = {
  name: 'full-memory',
  inputs: [floatValue('image', [1, 3, SIDE, SIDE])],
  outputs: [floatValue('map', [1, 1, SIDE, SIDE])],
  initializers: [longs('repeated', [1, 2 ** 34, SIDE, SIDE])],
  nodes: [
    node('ReduceMean', ['image'], 'mean', { axes: ints([1]), keepdims: int(1) }),
    node('Expand', ['mean', 'repeated'], 'copies'),
    node('ReduceMax', ['copies'], 'map', { axes: ints([1]), keepdims: int(1) }),
  ],
};

const output =
  process.argv[2] ?? fileURLToPath(new URL('../configs/proof/full-memory.onnx', import.meta.url));
await writeFile(output, encodeOnnx({ graph }));
