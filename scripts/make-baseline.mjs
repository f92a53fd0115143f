// Writes configs/models/contrast-baseline.onnx: a saliency baseline without any training, as a real ONNX graph.
//
//   1 x 3 x 160 x 160 float32 RGB in 0..1  ->  1 x 1 x 160 x 160 in 0..1
//
// A pixel counts as subject the more its colour differs from the mean colour of the image's border; the map is blurred,
// weighted by nearness to the centre, and stretched to 0..1. Usage: node scripts/make-baseline.mjs [output.onnx]

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { attribute, encodeOnnx, floats, longs, node } from './support/onnx-encode.mjs';

const SIZE = 160;
const BORDER = 8;
const BLUR_RADIUS = 9;
const BLUR_SIGMA = 3;
const PRIOR_SIGMA = 0.38 * SIZE;
/** Far below one step of 8-bit colour: a picture of one colour must not have its rounding errors stretched. */
const EPSILON = 1e-3;

const { int, ints, string, tensor } = attribute;

/**
 * @param {number} length
 * @param {number} sigma
 */
function gaussian(length, sigma) {
  const centre = (length - 1) / 2;
  return Array.from({ length }, (_, i) => Math.exp(-((i - centre) ** 2) / (2 * sigma ** 2)));
}

/** @param {readonly number[]} values */
function normalised(values) {
  const total = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / total);
}

const blur = normalised(gaussian(2 * BLUR_RADIUS + 1, BLUR_SIGMA));
const prior = gaussian(SIZE, PRIOR_SIGMA);
const inner = SIZE - 2 * BORDER;
const borderPixels = SIZE ** 2 - inner ** 2;

/** @type {import('./support/onnx-encode.mjs').GraphDescription} */
const graph = {
  name: 'contrast-baseline',
  inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, SIZE, SIZE] }],
  outputs: [{ name: 'saliency', dtype: 'float32', shape: [1, 1, SIZE, SIZE] }],
  initializers: [
    longs('inner_shape', [1, 1, inner, inner]),
    longs('border_pads', [0, 0, BORDER, BORDER, 0, 0, BORDER, BORDER]),
    longs('blur_pads', [0, 0, BLUR_RADIUS, BLUR_RADIUS, 0, 0, BLUR_RADIUS, BLUR_RADIUS]),
    longs('space_axes', [2, 3]),
    longs('channel_axis', [1]),
    floats('border_weight', [], [1 / borderPixels]),
    floats('epsilon', [], [EPSILON]),
    floats('blur_x', [1, 1, 1, blur.length], blur),
    floats('blur_y', [1, 1, blur.length, 1], blur),
    floats('prior_x', [1, 1, 1, SIZE], prior),
    floats('prior_y', [1, 1, SIZE, 1], prior),
  ],
  nodes: [
    // The border's mean colour: a frame of equal weights around nothing, made here so that the file stays small.
    node('ConstantOfShape', ['inner_shape'], 'nothing', {
      value: tensor({ dtype: 'float32', dims: [1], data: [0] }),
    }),
    node('Pad', ['nothing', 'border_pads', 'border_weight'], 'frame', { mode: string('constant') }),
    node('Mul', ['image', 'frame'], 'framed'),
    node('ReduceSum', ['framed', 'space_axes'], 'border_colour', { keepdims: int(1) }),
    // Each pixel's distance from it.
    node('Sub', ['image', 'border_colour'], 'difference'),
    node('Mul', ['difference', 'difference'], 'squared'),
    node('ReduceSum', ['squared', 'channel_axis'], 'distance_squared', { keepdims: int(1) }),
    node('Sqrt', ['distance_squared'], 'distance'),
    // Gaussian blur, one axis at a time, over edges that go on.
    node('Pad', ['distance', 'blur_pads'], 'padded', { mode: string('edge') }),
    node('Conv', ['padded', 'blur_x'], 'blurred_x', { kernel_shape: ints([1, blur.length]) }),
    node('Conv', ['blurred_x', 'blur_y'], 'blurred', { kernel_shape: ints([blur.length, 1]) }),
    // Photographers put their subject in the middle.
    node('Mul', ['blurred', 'prior_x'], 'weighted_x'),
    node('Mul', ['weighted_x', 'prior_y'], 'weighted'),
    // Stretched to 0..1; a picture of one colour gives 0 throughout.
    node('ReduceMin', ['weighted'], 'lowest', { axes: ints([2, 3]), keepdims: int(1) }),
    node('ReduceMax', ['weighted'], 'highest', { axes: ints([2, 3]), keepdims: int(1) }),
    node('Sub', ['weighted', 'lowest'], 'lifted'),
    node('Sub', ['highest', 'lowest'], 'range'),
    node('Add', ['range', 'epsilon'], 'safe_range'),
    node('Div', ['lifted', 'safe_range'], 'saliency'),
  ],
};

const output =
  process.argv[2] ?? fileURLToPath(new URL('../configs/models/contrast-baseline.onnx', import.meta.url));
const bytes = encodeOnnx({ producer: 'maskbench', producerVersion: '1', opset: 17, irVersion: 8, graph });
await writeFile(output, bytes);
console.log(`${output}: ${bytes.length} bytes`);
