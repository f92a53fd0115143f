import type { RgbImage } from '../image/raster.js';
import { resample } from '../image/resample.js';
import type { InputSpec } from './spec.js';

/**
 * The network's input for one image, as rembg computes it: stretch to the input size, divide (by the resized image's
 * own maximum), subtract the mean and divide by std in double precision, then round to float32.
 *
 * @returns `3 * height * width` values, planes (nchw) or interleaved (nhwc), channels in the spec's order.
 */
export async function toTensor(image: RgbImage, spec: InputSpec): Promise<Float32Array> {
  const { width, height } = spec;
  const pixels = await resample(image.data, image.width, image.height, 3, width, height, spec.resample);
  const divisor = spec.divideBy === 'image-max' ? Math.max(maximum(pixels), 1e-6) : spec.divideBy;
  const plane = width * height;
  const tensor = new Float32Array(plane * 3);
  for (let channel = 0; channel < 3; channel++) {
    const levels = levelTable(divisor, spec.mean[channel], spec.std[channel]);
    const source = spec.channels === 'rgb' ? channel : 2 - channel;
    const step = spec.layout === 'nchw' ? 1 : 3;
    let out = spec.layout === 'nchw' ? channel * plane : channel;
    for (let i = source; i < pixels.length; i += 3, out += step) tensor[out] = levels[pixels[i]];
  }
  return tensor;
}

/** Every pixel is one of 256 levels, so the arithmetic is done once a level: exact, and as fast as a copy. */
function levelTable(divisor: number, mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, level) => (level / divisor - mean) / std);
}

function maximum(pixels: Uint8Array): number {
  let max = 0;
  for (let i = 0; i < pixels.length && max < 255; i++) if (pixels[i] > max) max = pixels[i];
  return max;
}
