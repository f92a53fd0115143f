import type { GrayImage } from '../../image/raster.js';
import { resample } from '../../image/resample.js';
import type { MatteOutputSpec } from '../spec/output-spec.js';
import { assertFinite, outputError, sigmoidOf, softmaxOf, toPlanes, type Planes } from './output-map.js';
import type { Placement } from './placement.js';
import type { OutputTensor } from './tensor.js';

/**
 * The matte that an output stands for, at the image's size: pick the channel, activate, stretch to 0..1 by the map's
 * own extremes (all in float32, as numpy does it), scale to 0..255 by truncation, resample the 8-bit map.
 *
 * @param placement where the picture lay in the input, if not everywhere.
 * @throws MaskbenchError `model.output` for a shape that is no map, a missing channel, NaN or infinity, or a map that
 * is the same everywhere (rembg's rescale would divide by zero).
 */
export async function toMatte(
  output: OutputTensor,
  spec: MatteOutputSpec,
  width: number,
  height: number,
  placement?: Placement,
): Promise<GrayImage> {
  const map = toPlanes(output, spec.layout, placement);
  const values = valuesOf(map, spec);
  assertFinite(values);
  const levels = quantise(values, extremes(values), spec.rescale);
  const data = await resample(levels, map.width, map.height, 1, width, height, spec.resample);
  return { width, height, data };
}

function valuesOf({ planes }: Planes, { channel, activation }: MatteOutputSpec): Float32Array {
  const channels = Array.isArray(channel) ? channel : [channel];
  const missing = channels.find((index) => index >= planes.length);
  if (missing !== undefined) {
    throw outputError(`output has ${planes.length} channels`, `output.channel is ${missing}`);
  }
  if (activation === 'softmax') return softmaxOf(planes, channels);
  const chosen = channels.map((index) =>
    activation === 'sigmoid' ? sigmoidOf(planes[index]) : planes[index],
  );
  return chosen.length === 1 ? chosen[0] : added(chosen);
}

function added(planes: readonly Float32Array[]): Float32Array {
  return Float32Array.from(planes[0], (_, i) => planes.reduce((sum, plane) => sum + plane[i], 0));
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function extremes(values: Float32Array): Range {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (min === max) {
    throw outputError(`output is ${min} everywhere`, 'a matte needs at least two different values');
  }
  return { min, max };
}

/** `uint8(value * 255)` by truncation. The 8-bit clamp only acts without a rescale: numpy would wrap around there. */
function quantise(
  values: Float32Array,
  { min, max }: Range,
  rescale: MatteOutputSpec['rescale'],
): Uint8Array {
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
