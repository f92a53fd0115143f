import { describe, expect, it } from 'vitest';
import { toMatte } from '../../../src/models/pixels/postprocess.js';
import type { MatteOutputSpec } from '../../../src/models/spec/output-spec.js';
import type { OutputTensor } from '../../../src/models/pixels/tensor.js';
import { matteSpec } from '../../support/model-specs.js';

function output(fields: Record<string, unknown> = {}): MatteOutputSpec {
  return matteSpec({ output: fields }).output;
}

const WIDTH = 4;
const HEIGHT = 2;

/** A map of 4 x 2 values; its matte has the same size, so that nothing is resampled. */
function map(...values: readonly number[]): OutputTensor {
  return { dims: [1, 1, HEIGHT, WIDTH], data: Float32Array.from(values) };
}

async function matte(tensor: OutputTensor, fields: Record<string, unknown> = {}): Promise<readonly number[]> {
  const { data } = await toMatte(tensor, output(fields), WIDTH, HEIGHT);
  return [...data];
}

const refusal = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'model.output', message: expect.stringMatching(message) as unknown });

const f = Math.fround;

describe('the matte of an output', () => {
  it('scales to 0..255 by truncation, not by rounding', async () => {
    expect(await matte(map(0, 1, 0.5, 0.9999, 0.001, 0.25, 0.75, 0.1))).toEqual([
      0, 255, 127, 254, 0, 63, 191, 25,
    ]);
  });

  it('clamps what lies outside of 0..1 where nothing is rescaled', async () => {
    expect(await matte(map(-0.5, 1.5, 0, 1, 0.5, 0.5, 1e9, -1e9))).toEqual([
      0, 255, 0, 255, 127, 127, 255, 0,
    ]);
  });

  it("stretches by the map's own extremes for min-max, in float32 as numpy does", async () => {
    const values = [-3.7, 5.25, 0.1, 1.3, 2.2, -1.9, 4.8, 5.2];
    const span = f(f(5.25) - f(-3.7));
    const expected = values.map((v) => Math.trunc(f(f(f(f(v) - f(-3.7)) / span) * 255)));
    const stretched = await matte(map(...values), { rescale: 'min-max' });
    expect(stretched).toEqual(expected);
    expect(Math.min(...stretched)).toBe(0);
    expect(Math.max(...stretched)).toBe(255);
  });

  it('stretches a faint map to full strength: the reason why min-max is a convention of its own', async () => {
    const faint = [0, 0.01, 0.005, 0, 0, 0, 0, 0.01];
    expect(Math.max(...(await matte(map(...faint))))).toBe(2);
    expect(Math.max(...(await matte(map(...faint), { rescale: 'min-max' })))).toBe(255);
  });

  it('applies a sigmoid to logits, and survives huge ones', async () => {
    expect(await matte(map(0, 1000, -1000, 2, -2, 0, 0, 0), { activation: 'sigmoid' })).toEqual([
      127, 255, 0, 224, 30, 127, 127, 127,
    ]);
  });

  it('takes the share of one channel for softmax, and survives huge logits', async () => {
    const pixels = WIDTH * HEIGHT;
    const data = new Float32Array(2 * pixels);
    data.set([0, 1000, 0, Math.log(3)], pixels);
    data[2] = 1000;
    const tensor = { dims: [1, 2, HEIGHT, WIDTH], data };
    expect((await matte(tensor, { activation: 'softmax', channel: 1 })).slice(0, 4)).toEqual([
      127, 255, 0, 191,
    ]);
    expect((await matte(tensor, { activation: 'softmax', channel: 0 })).slice(0, 4)).toEqual([
      127, 0, 255, 63,
    ]);
  });

  it('reads the channel asked for', async () => {
    const data = Float32Array.from({ length: 16 }, (_, i) => i / 16);
    const tensor = { dims: [1, 2, HEIGHT, WIDTH], data };
    expect((await matte(tensor, { channel: 1 }))[0]).toBe(127);
  });

  it('takes a map without a channel dimension', async () => {
    const tensor = { dims: [1, HEIGHT, WIDTH], data: map(0, 1, 0, 1, 0, 1, 0, 1).data };
    expect(await matte(tensor)).toEqual([0, 255, 0, 255, 0, 255, 0, 255]);
  });

  it('is brought to the size of the picture', async () => {
    const image = await toMatte(map(0, 0, 1, 1, 0, 0, 1, 1), output(), 40, 30);
    expect([image.width, image.height, image.data.length]).toEqual([40, 30, 1200]);
    // The left half stays dark and the right half bright; in between lies what the filter makes of the step.
    expect(image.data[15 * 40 + 5]).toBeLessThan(64);
    expect(image.data[15 * 40 + 34]).toBeGreaterThan(192);
  });
});

describe('a map that is the same everywhere', () => {
  const everywhere = (value: number): OutputTensor => map(...new Float32Array(8).fill(value));

  it.each([
    [0, 0],
    [1, 255],
    [0.5, 127],
    [3, 255],
    [-1, 0],
  ])('of %s is a matte of %s', async (value, level) => {
    expect(new Set(await matte(everywhere(value)))).toEqual(new Set([level]));
    const { data } = await toMatte(everywhere(value), output(), 31, 17);
    expect(new Set(data)).toEqual(new Set([level]));
  });

  // NumPy 2.4.6: ((p - p.min()) / (p.max() - p.min()) * 255).astype('uint8') is 0 for each of these.
  it.each([0, 1, 0.5, 3, -1])('of %s is 0 once it is stretched, as rembg makes it', async (value) => {
    expect(new Set(await matte(everywhere(value), { rescale: 'min-max' }))).toEqual(new Set([0]));
  });

  it('is one also where logits are so large that they are equal once they are probabilities', async () => {
    const large = map(90, 100, 110, 120, 130, 140, 150, 160);
    expect(new Set(await matte(large, { activation: 'sigmoid' }))).toEqual(new Set([255]));
    expect(new Set(await matte(large, { activation: 'sigmoid', rescale: 'min-max' }))).toEqual(new Set([0]));
  });
});

describe('levels', () => {
  it('are divided as the spec says, to the very levels', async () => {
    for (let first = 0; first < 256; first += 8) {
      const levels = Array.from({ length: 8 }, (_, i) => first + i);
      expect(await matte(map(...levels), { divideBy: 255 })).toEqual(levels);
    }
  });

  it('are divided before the activation', async () => {
    const logits = [0, 510, -510, 255, 0, 0, 0, 0];
    expect(await matte(map(...logits), { divideBy: 255, activation: 'sigmoid' })).toEqual(
      await matte(map(...logits.map((value) => value / 255)), { activation: 'sigmoid' }),
    );
  });
});

describe('an output that is no matte', () => {
  it('is refused for NaN and infinity, with their count', async () => {
    await expect(matte(map(0, Number.NaN, 1, Infinity, 0, 0, 0, 0))).rejects.toEqual(
      refusal(/^output has 2 of 8 values that are NaN or infinite$/),
    );
    await expect(matte(map(...new Float32Array(8).fill(Number.NaN)))).rejects.toEqual(refusal(/8 of 8/));
  });

  it.each([
    ['a list', [1, 8]],
    ['a batch of two', [2, 1, 2, 2]],
    ['five dimensions', [1, 1, 1, 2, 4]],
    ['dimensions that its values do not fill', [1, 1, 3, 4]],
    ['a single number', []],
  ])('is refused for the shape of %s', async (_name, dims) => {
    await expect(matte({ dims, data: new Float32Array(8) })).rejects.toEqual(refusal(/^output has shape \[/));
  });

  it('is refused without the channel asked for', async () => {
    await expect(matte(map(0, 1, 0, 0, 0, 0, 0, 0), { channel: 3 })).rejects.toEqual(refusal(/1 channels/));
  });
});
