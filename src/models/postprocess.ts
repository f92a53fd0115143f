import { MaskbenchError } from '../core/errors.js';
import type { GrayImage } from '../image/raster.js';
import { resample } from '../image/resample.js';
import type { OutputSpec } from './spec.js';

/** A raw output of the network: `dims` as the runtime names them, values row-major. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/**
 * The matte that an output stands for, at the image's size: pick the channel, activate, stretch to 0..1 by the map's
 * own extremes (all in float32, as numpy does it), scale to 0..255 by truncation, resample the 8-bit map.
 *
 * @throws MaskbenchError `model.output` for a shape that is no map, a missing channel, NaN or infinity, or a map that
 * is the same everywhere (rembg's rescale would divide by zero).
 */
export async function toMatte(
  output: OutputTensor,
  spec: OutputSpec,
  width: number,
  height: number,
): Promise<GrayImage> {
  const map = selectMap(output, spec);
  const range = extremes(map.values);
  const levels = quantise(map.values, range, spec.rescale);
  const data = await resample(levels, map.width, map.height, 1, width, height, spec.resample);
  return { width, height, data };
}

interface OutputMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

function selectMap({ dims, data }: OutputTensor, { channel, activation }: OutputSpec): OutputMap {
  const shape = dims.length === 4 ? dims : dims.length === 3 ? [dims[0], 1, dims[1], dims[2]] : [];
  const [batch, channels, height, width] = shape;
  if (batch !== 1 || channels === undefined || data.length !== channels * height * width) {
    throw outputError(`output has shape [${dims.join(', ')}]`, 'expected [1, channels, height, width]');
  }
  if (channel >= channels) {
    throw outputError(`output has ${channels} channels`, `output.channel is ${channel}`);
  }
  const plane = width * height;
  const selected = data.subarray(channel * plane, (channel + 1) * plane);
  const values =
    activation === 'none'
      ? selected
      : activation === 'sigmoid'
        ? sigmoid(selected)
        : softmax(data, channels, plane, channel);
  return { width, height, values };
}

function sigmoid(logits: Float32Array): Float32Array {
  return logits.map((x) => 1 / Math.fround(1 + Math.fround(Math.exp(-x))));
}

function softmax(logits: Float32Array, channels: number, plane: number, channel: number): Float32Array {
  const out = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    let max = -Infinity;
    for (let c = 0; c < channels; c++) max = Math.max(max, logits[c * plane + i]);
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.exp(logits[c * plane + i] - max);
    out[i] = Math.exp(logits[channel * plane + i] - max) / sum;
  }
  return out;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function extremes(values: Float32Array): Range {
  let min = Infinity;
  let max = -Infinity;
  let bad = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v < min) min = v;
    if (v > max) max = v;
    if (v - v !== 0) bad++;
  }
  if (bad > 0) {
    throw outputError(
      `output has ${bad} of ${values.length} values that are NaN or infinite`,
      'expected finite values',
    );
  }
  if (min === max) {
    throw outputError(`output is ${min} everywhere`, 'a matte needs at least two different values');
  }
  return { min, max };
}

/** `uint8(value * 255)` by truncation. The 8-bit clamp only acts without a rescale: numpy would wrap around there. */
function quantise(values: Float32Array, { min, max }: Range, rescale: OutputSpec['rescale']): Uint8Array {
  const out = new Uint8Array(values.length);
  if (rescale === 'min-max') {
    const span = Math.fround(max - min);
    for (let i = 0; i < values.length; i++) {
      const stretched = Math.fround(Math.fround(values[i] - min) / span);
      out[i] = Math.trunc(Math.fround(stretched * 255));
    }
  } else {
    for (let i = 0; i < values.length; i++) {
      out[i] = Math.trunc(Math.min(255, Math.max(0, Math.fround(values[i] * 255))));
    }
  }
  return out;
}

function outputError(message: string, remedy: string): MaskbenchError {
  return new MaskbenchError('model.output', message, { remedy });
}
