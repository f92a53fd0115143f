import type { GrayImage } from '../../image/raster.js';
import { resample } from '../../image/resample.js';
import type { MatteOutputSpec } from '../spec/output-spec.js';
import { assertFinite, channelsOf, sigmoidOf, softmaxOf, toPlanes, type Planes } from './output-map.js';
import type { Placement } from './placement.js';
import type { OutputTensor } from './tensor.js';

/**
 * The matte that an output stands for, at the image's size: pick the channel, divide, activate, stretch to 0..1 by the map's
 * own extremes (all in float32, as numpy does it), scale to 0..255 by truncation, resample the 8-bit map. A map that is the
 * same everywhere is a matte like any other: its value, or, stretched, 0.
 *
 * @param placement where the picture lay in the input, if not everywhere.
 * @throws MaskbenchError `model.output` for a shape that is no map, a missing channel, NaN or infinity.
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
  const levels = spec.rescale === 'min-max' ? stretched(values) : levelsOf(values);
  const data = await resample(levels, map.width, map.height, 1, width, height, spec.resample);
  return { width, height, data };
}

function valuesOf({ planes: raw }: Planes, { channel, divideBy, activation }: MatteOutputSpec): Float32Array {
  const planes = divideBy === undefined ? raw : raw.map((plane) => plane.map((value) => value / divideBy));
  const chosen = channelsOf(planes, channel);
  if (activation === 'softmax') return softmaxOf(planes, [channel].flat());
  const activated = activation === 'sigmoid' ? chosen.map(sigmoidOf) : chosen;
  return activated.length === 1 ? activated[0] : added(activated);
}

function added(planes: readonly Float32Array[]): Float32Array {
  return Float32Array.from(planes[0], (_, i) => planes.reduce((sum, plane) => sum + plane[i], 0));
}

/**
 * `uint8((value - min) / (max - min) * 255)` by truncation. A map that is the same everywhere becomes 0, a full one too:
 * rembg divides 0 by 0 there, and numpy's cast makes 0 of what comes out.
 */
function stretched(values: Float32Array): Uint8Array {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const out = new Uint8Array(values.length);
  if (min === max) return out;
  const span = Math.fround(max - min);
  for (let i = 0; i < values.length; i++) {
    const share = Math.fround(Math.fround(values[i] - min) / span);
    out[i] = Math.trunc(Math.fround(share * 255));
  }
  return out;
}

/** `uint8(value * 255)` by truncation, clamped: numpy would wrap around. */
function levelsOf(values: Float32Array): Uint8Array {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    out[i] = Math.trunc(Math.min(255, Math.max(0, Math.fround(values[i] * 255))));
  }
  return out;
}
