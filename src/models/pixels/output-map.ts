import { MaskbenchError } from '../../core/errors.js';
import { placeInMap, type Placement } from './placement.js';
import type { OutputTensor } from './tensor.js';

/** An output taken apart: one plane of `width * height` values a channel. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
}

/**
 * Splits an output into its channels, without what lies on padding.
 *
 * @param placement where the picture lay in the input; the map is cropped to the same part of itself.
 * @throws MaskbenchError `model.output` for a shape that is no map.
 */
export function toPlanes(
  { dims, data }: OutputTensor,
  layout: 'nchw' | 'nhwc',
  placement?: Placement,
): Planes {
  const [batch, channels, height, width] = shapeOf(dims, layout);
  if (batch !== 1 || channels === undefined || data.length !== channels * height * width) {
    const expected =
      layout === 'nchw' ? '[1, channels, height, width]' : '[1, height, width, channels] (layout: nhwc)';
    throw outputError(`output has shape [${dims.join(', ')}]`, `expected ${expected}`);
  }
  const plane = width * height;
  const interleaved = layout === 'nhwc' && channels > 1;
  const planes = Array.from({ length: channels }, (_, channel) =>
    interleaved
      ? Float32Array.from({ length: plane }, (_value, i) => data[i * channels + channel])
      : data.subarray(channel * plane, (channel + 1) * plane),
  );
  if (placement === undefined) return { width, height, planes };
  return crop({ width, height, planes }, placeInMap(placement, width, height));
}

function shapeOf(dims: readonly number[], layout: 'nchw' | 'nhwc'): readonly number[] {
  if (dims.length === 4 && layout === 'nhwc') return [dims[0], dims[3], dims[1], dims[2]];
  if (dims.length === 4) return dims;
  if (dims.length === 3) return [dims[0], 1, dims[1], dims[2]];
  // A list of numbers comes as [1, n]; that is no map.
  return dims.length === 2 && dims[0] > 1 ? [1, 1, dims[0], dims[1]] : [];
}

function crop({ width, height, planes }: Planes, part: Placement): Planes {
  const { left, top, innerWidth, innerHeight } = part;
  if (innerWidth === width && innerHeight === height) return { width, height, planes };
  const cropped = planes.map((plane) => {
    const out = new Float32Array(innerWidth * innerHeight);
    for (let y = 0; y < innerHeight; y++) {
      const start = (top + y) * width + left;
      out.set(plane.subarray(start, start + innerWidth), y * innerWidth);
    }
    return out;
  });
  return { width: innerWidth, height: innerHeight, planes: cropped };
}

/** @throws MaskbenchError `model.output` for a channel that is not there. */
export function channelsOf(
  planes: readonly Float32Array[],
  channel: number | readonly number[],
): readonly Float32Array[] {
  return [channel].flat().map((index) => {
    if (index < planes.length) return planes[index];
    throw outputError(`output has ${planes.length} channels`, `output.channel is ${index}`);
  });
}

/** Of several classes' scores the probabilities of the wanted ones, added up. */
export function softmaxOf(planes: readonly Float32Array[], wanted: readonly number[]): Float32Array {
  const out = new Float32Array(planes[0].length);
  for (let i = 0; i < out.length; i++) {
    let max = -Infinity;
    for (const plane of planes) max = Math.max(max, plane[i]);
    let all = 0;
    for (const plane of planes) all += Math.exp(plane[i] - max);
    let sum = 0;
    for (const channel of wanted) sum += Math.exp(planes[channel][i] - max);
    out[i] = sum / all;
  }
  return out;
}

/** In float32, as numpy computes it. */
export function sigmoidOf(logits: Float32Array): Float32Array {
  return logits.map((x) => 1 / Math.fround(1 + numpyExp(-x)));
}

/** @throws MaskbenchError `model.output`, counting the values that are NaN or infinite. */
export function assertFinite(values: Float32Array): void {
  let bad = 0;
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) bad++;
  if (bad === 0) return;
  throw outputError(
    `output has ${bad} of ${values.length} values that are NaN or infinite`,
    'expected finite values',
  );
}

export function outputError(message: string, remedy: string): MaskbenchError {
  return new MaskbenchError('model.output', message, { remedy });
}

/**
 * e^x as numpy computes it for float32, to the last bit: x is split into a whole number of ln 2 and a rest, for which a
 * quotient of two polynomials stands, each step a fused multiply-add rounded to float32. Its result is up to 2.5 steps
 * of float32 off the true value, in two of five cases; a matte that is stretched and truncated afterwards shows it.
 *
 * Source: constants and order of steps of numpy's SIMD exponential, checked on 3 million values (npm run parity).
 */
export function numpyExp(x: number): number {
  if (x > LARGEST) return Infinity;
  if (x < SMALLEST) return 0;
  const power = fround(fround(fround(x * LOG2_E) + ROUNDING) - ROUNDING);
  const rest = fround(power * LN_2_LOW + fround(power * LN_2_HIGH + x));
  let top = P5;
  top = fround(top * rest + P4);
  top = fround(top * rest + P3);
  top = fround(top * rest + P2);
  top = fround(top * rest + P1);
  top = fround(top * rest + P0);
  const bottom = fround(fround(Q2 * rest + Q1) * rest + 1);
  return fround(fround(top / bottom) * 2 ** power);
}

// A product of two float32 is exact in a double, so that rounding once after the sum is a fused multiply-add.
const { fround } = Math;

const LARGEST = 88.72283935546875;
const SMALLEST = -103.97208404541016;
const LOG2_E = fround(Math.LOG2E);
/** Added and taken away again, it rounds to a whole number. */
const ROUNDING = 12_582_912;
const LN_2_HIGH = fround(-6.93145752e-1);
const LN_2_LOW = fround(-1.42860677e-6);
const P0 = fround(9.99999999998087e-1);
const P1 = fround(7.257664613233124e-1);
const P2 = fround(2.4736154348955208e-1);
const P3 = fround(5.114512081637298e-2);
const P4 = fround(6.757896990527505e-3);
const P5 = fround(5.082762527590694e-4);
const Q1 = fround(-2.742335390411668e-1);
const Q2 = fround(2.15950937568583e-2);
