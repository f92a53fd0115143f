import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../../src/image/raster.js';
import { toTensor } from '../../../src/models/pixels/preprocess.js';
import type { InputSpec } from '../../../src/models/spec/input-spec.js';
import type { TensorData } from '../../../src/models/pixels/tensor.js';
import { matteSpec } from '../../support/model-specs.js';

const SIDE = 16;

/** An input of 16 x 16, so that pictures of that size pass the resampler unchanged. */
function input(fields: Record<string, unknown> = {}): InputSpec {
  return matteSpec({ input: { width: SIDE, height: SIDE, ...fields } }).input;
}

async function valuesOf(image: RgbImage, spec: InputSpec): Promise<TensorData> {
  return (await toTensor(image, spec)).data;
}

/** Every level from 0 to `max` once or more, another one in each channel. */
function levels(max: number): RgbImage {
  const data = Uint8Array.from(
    { length: SIDE * SIDE * 3 },
    (_, i) => (Math.floor(i / 3) + (i % 3) * 7) % (max + 1),
  );
  return { width: SIDE, height: SIDE, data };
}

const MEAN: [number, number, number] = [0.485, 0.456, 0.406];
const STD: [number, number, number] = [0.229, 0.224, 0.225];

describe('what the network is fed', () => {
  it("divides by the resized picture's own maximum, as rembg does, exact to the last bit of float32", async () => {
    const image = levels(200);
    const tensor = await valuesOf(image, input({ mean: MEAN, std: STD }));
    for (let i = 0; i < SIDE * SIDE; i++) {
      for (let c = 0; c < 3; c++) {
        expect(tensor[c * SIDE * SIDE + i]).toBe(
          Math.fround((image.data[i * 3 + c] / 200 - MEAN[c]) / STD[c]),
        );
      }
    }
  });

  it('divides by a number where the spec names one', async () => {
    const image = levels(200);
    const tensor = await valuesOf(image, input({ divideBy: 255 }));
    expect(tensor[5]).toBe(Math.fround(image.data[15] / 255));
    const imgly = await valuesOf(image, input({ divideBy: 1, mean: [128, 128, 128], std: [256, 256, 256] }));
    expect(imgly[5]).toBe((image.data[15] - 128) / 256);
  });

  it('takes the maximum after resampling, not of the whole picture before it', async () => {
    // One bright pixel among 64 x 64 dark ones is averaged away when the picture shrinks.
    const data = new Uint8Array(64 * 64 * 3).fill(100);
    data[0] = 255;
    const tensor = await valuesOf({ width: 64, height: 64, data }, input({ resample: 'pillow-bilinear' }));
    const largest = Math.max(...tensor);
    expect(largest).toBe(1);
    expect(tensor[SIDE * SIDE - 1]).toBeGreaterThan(0.7);
  });

  it('is all zeros for a black picture, and never NaN', async () => {
    const black = { width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 3) };
    const tensor = await valuesOf(black, input());
    expect(tensor.every((value) => value === 0)).toBe(true);
  });

  it('puts one plane a channel (nchw), or the channels of a pixel side by side (nhwc)', async () => {
    const image = levels(255);
    const planes = await valuesOf(image, input({ divideBy: 1 }));
    const interleaved = await valuesOf(image, input({ divideBy: 1, layout: 'nhwc' }));
    expect(interleaved).toEqual(Float32Array.from(image.data));
    for (let i = 0; i < SIDE * SIDE; i++) {
      for (let c = 0; c < 3; c++) expect(planes[c * SIDE * SIDE + i]).toBe(interleaved[i * 3 + c]);
    }
  });

  it('turns the channels round for bgr; mean and std belong to the channel as it is fed', async () => {
    const image = levels(255);
    const fields = { divideBy: 1, mean: [1, 2, 3], std: [1, 2, 4] };
    const bgr = await valuesOf(image, input({ ...fields, channels: 'bgr' }));
    const plane = SIDE * SIDE;
    expect(bgr[9]).toBe(image.data[9 * 3 + 2] - 1);
    expect(bgr[plane + 9]).toBe((image.data[9 * 3 + 1] - 2) / 2);
    expect(bgr[2 * plane + 9]).toBe((image.data[9 * 3] - 3) / 4);
  });

  it('has the shape of the input, wide or high', async () => {
    const image = { width: 5, height: 9, data: new Uint8Array(5 * 9 * 3).fill(80) };
    const tensor = await valuesOf(image, input({ width: 24, height: 8 }));
    expect(tensor.length).toBe(3 * 24 * 8);
    expect(tensor.every((value) => value === 1)).toBe(true);
  });
});
