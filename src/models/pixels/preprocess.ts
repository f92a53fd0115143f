import type { RgbImage } from '../../image/raster.js';
import { resample } from '../../image/resample.js';
import { toFloat16Bits } from './float16.js';
import type { InputSpec } from '../spec/input-spec.js';
import { placeImage, type Placement } from './placement.js';
import type { InputType, Tensor, TensorData } from './tensor.js';

/**
 * The network's input for one image, as rembg computes it: resize to the input size, divide (by the resized image's
 * own maximum), subtract the mean and divide by std in double precision, then round to the input's type.
 *
 * @returns planes (nchw) or interleaved values (nhwc), channels in the spec's order, for a batch of one.
 */
export async function toTensor(image: RgbImage, spec: InputSpec): Promise<Tensor> {
  const placement = placeImage(image.width, image.height, spec);
  const { innerWidth, innerHeight } = placement;
  const inner = await resample(
    image.data,
    image.width,
    image.height,
    3,
    innerWidth,
    innerHeight,
    spec.resample,
  );
  const pixels = surround(inner, placement, spec.pad);
  const { width, height } = placement;
  const divisor = spec.divideBy === 'image-max' ? Math.max(maximum(inner), 1e-6) : spec.divideBy;
  const plane = width * height;
  const data = allocate(spec.type, plane * 3);
  const [r, g, b] = [0, 1, 2].map((source) => {
    const channel = spec.channels === 'rgb' ? source : 2 - source;
    const levels = levelTable(spec.type, divisor, spec.mean[channel], spec.std[channel]);
    return { levels, at: spec.layout === 'nchw' ? channel * plane : channel };
  });
  const step = spec.layout === 'nchw' ? 1 : 3;
  for (let i = 0, out = 0; i < pixels.length; i += 3, out += step) {
    data[r.at + out] = r.levels[pixels[i]];
    data[g.at + out] = g.levels[pixels[i + 1]];
    data[b.at + out] = b.levels[pixels[i + 2]];
  }
  const dims = spec.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  return { type: spec.type, dims, data };
}

/** The picture amid the padding. */
function surround(inner: Uint8Array, placement: Placement, pad: number): Uint8Array {
  const { width, height, left, top, innerWidth, innerHeight } = placement;
  if (innerWidth === width && innerHeight === height) return inner;
  const pixels = new Uint8Array(width * height * 3).fill(pad);
  for (let y = 0; y < innerHeight; y++) {
    const row = inner.subarray(y * innerWidth * 3, (y + 1) * innerWidth * 3);
    pixels.set(row, ((top + y) * width + left) * 3);
  }
  return pixels;
}

function allocate(type: InputType, length: number): TensorData {
  switch (type) {
    case 'float32':
      return new Float32Array(length);
    case 'float16':
      return new Uint16Array(length);
    case 'uint8':
      return new Uint8Array(length);
  }
}

/** Every pixel is one of 256 levels, so the arithmetic is done once per level: exact, and as fast as a copy. */
function levelTable(type: InputType, divisor: number, mean: number, std: number): TensorData {
  const table = allocate(type, 256);
  for (let level = 0; level < 256; level++) {
    const value = (level / divisor - mean) / std;
    table[level] =
      type === 'float16'
        ? toFloat16Bits(value)
        : type === 'uint8'
          ? Math.min(255, Math.max(0, Math.round(value)))
          : value;
  }
  return table;
}

function maximum(pixels: Uint8Array): number {
  let max = 0;
  for (let i = 0; i < pixels.length && max < 255; i++) if (pixels[i] > max) max = pixels[i];
  return max;
}
