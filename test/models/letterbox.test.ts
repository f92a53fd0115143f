import { describe, expect, it } from 'vitest';
import type { RgbImage } from '../../src/image/raster.js';
import { matteFeeding } from '../../src/models/feedings/matte.js';
import { matteSpec } from '../support/model-specs.js';

const image: RgbImage = {
  width: 4,
  height: 2,
  data: Uint8Array.from({ length: 24 }, (_, i) => 40 + i),
};
const feeding = (fields: Record<string, unknown>, output: Record<string, unknown> = {}) =>
  matteFeeding(matteSpec({ input: { width: 4, height: 4, divideBy: 1, ...fields }, output }));

describe('a letterboxed picture', () => {
  it('is fed amid its padding, which is scaled as the pixels are', async () => {
    const { tensor } = await feeding({
      fit: 'letterbox',
      pad: 114,
      divideBy: 2,
      mean: [1, 1, 1],
    }).prepare(image, undefined);
    const red = Array.from(tensor.data).slice(0, 16);
    expect(red.slice(0, 4)).toEqual([56, 56, 56, 56]);
    expect(red.slice(4, 8)).toEqual([19, 20.5, 22, 23.5]);
    expect(red.slice(12)).toEqual([56, 56, 56, 56]);
  });

  it('divides by the maximum of the picture, whatever the padding is', async () => {
    const { tensor } = await feeding({ fit: 'letterbox', pad: 255, divideBy: 'image-max' }).prepare(
      image,
      undefined,
    );
    expect(tensor.data[32 + 8 + 3]).toBe(1);
  });

  it('comes back without it: the map is cropped before it is stretched', async () => {
    const map = Float32Array.from([9, 9, 9, 9, 0, 0.25, 0.5, 1, 1, 0.5, 0.25, 0, -9, -9, -9, -9]);
    const { read } = feeding({ fit: 'letterbox' }, { rescale: 'min-max' });
    const matte = await read({ dims: [1, 1, 4, 4], data: map }, 4, 2);
    expect([...matte.data]).toEqual([0, 63, 127, 255, 255, 127, 63, 0]);
  });
});

describe('other inputs', () => {
  it('are halves where the network wants them', async () => {
    const { tensor } = await feeding({ type: 'float16', divideBy: 255, height: 2 }).prepare(image, undefined);
    expect(tensor).toMatchObject({ type: 'float16', dims: [1, 3, 2, 4] });
    expect(tensor.data).toBeInstanceOf(Uint16Array);
    expect(tensor.data[0]).toBe(0x3105); // 40 / 255
  });

  it('are bytes, rounded and clamped, where it wants those', async () => {
    const { tensor } = await feeding({ type: 'uint8', layout: 'nhwc', height: 2 }).prepare(image, undefined);
    expect(tensor).toMatchObject({ type: 'uint8', dims: [1, 2, 4, 3], data: image.data });
    const clamped = await feeding({ type: 'uint8', height: 2, mean: [60, 0, 0] }).prepare(image, undefined);
    expect(clamped.tensor.data[0]).toBe(0);
  });

  it("have the picture's own proportions where the network takes any size", async () => {
    const spec = feeding({ fit: 'inside', width: 8, height: 8, multipleOf: 2 });
    expect((await spec.prepare(image, undefined)).tensor.dims).toEqual([1, 3, 4, 8]);
  });
});

describe('other outputs', () => {
  const read = async (dims: readonly number[], data: readonly number[], fields: Record<string, unknown>) => [
    ...(await feeding({}, fields).read({ dims, data: Float32Array.from(data) }, 2, 1)).data,
  ];

  it('may have their channels last', async () => {
    expect(await read([1, 1, 2, 2], [0.9, 0.1, 0.2, 0.8], { layout: 'nhwc', channel: 1 })).toEqual([25, 204]);
  });

  it('may be classes, of which several are foreground', async () => {
    const scores = [0, 5, 0, 0, 9, 0];
    const one = await read([1, 3, 1, 2], scores, { activation: 'softmax', channel: 2 });
    const two = await read([1, 3, 1, 2], scores, { activation: 'softmax', channel: [1, 2] });
    expect(one).toEqual([254, 1]);
    expect(two).toEqual([254, 3]);
  });

  it('are refused where a channel is missing', async () => {
    await expect(read([1, 1, 1, 2], [0, 1], { channel: [0, 1] })).rejects.toMatchObject({
      code: 'model.output',
      message: 'output has 1 channels',
    });
  });

  it('may be a plain map without batch or channels', async () => {
    expect(await read([2, 2], [0, 1, 0, 1], {})).toHaveLength(2);
  });
});
