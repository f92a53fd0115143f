import { describe, expect, it } from 'vitest';
import type { Fed } from '../../../../src/models/feedings/feeding.js';
import { batched, stack } from '../../../../src/runners/onnx/timing/batch.js';

const fed = (value: number, width = 2): Fed => ({
  tensor: { type: 'float32', dims: [1, 3, 1, width], data: new Float32Array(3 * width).fill(value) },
  prompts: [],
});

describe('a batch', () => {
  it('is the tensors of its images one after another', () => {
    const { dims, data } = stack([fed(1), fed(2)]);
    expect(dims).toEqual([2, 3, 1, 2]);
    expect([...data]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
  });

  it('gives every image its part of the output', async () => {
    const output = { type: 'float32', dims: [2, 1, 1, 2], data: Float32Array.of(1, 2, 3, 4) };
    const { outputs } = await batched(async () => ({ output }), [fed(1), fed(2)]);
    expect(outputs.map(({ dims, data }) => [dims, [...data]])).toEqual([
      [
        [1, 1, 1, 2],
        [1, 2],
      ],
      [
        [1, 1, 1, 2],
        [3, 4],
      ],
    ]);
  });

  it('of one image is that image as it is, with the parts of two networks', async () => {
    const only = {
      output: { type: 'float32', dims: [1], data: Float32Array.of(7) },
      parts: { encoderMs: 3, decoderMs: 1 },
    };
    expect(await batched(async () => only, [fed(1)])).toEqual({ outputs: [only.output], parts: only.parts });
  });

  it('is refused for images of different sizes, for prompts, and by a model that gives one result for all', async () => {
    expect(() => stack([fed(1), fed(1, 3)])).toThrow(/cannot be put into one batch/);
    const one = { output: { type: 'float32', dims: [1, 1, 1, 2], data: new Float32Array(2) } };
    await expect(batched(async () => one, [fed(1), fed(2)])).rejects.toMatchObject({
      code: 'model.signature',
    });
  });
});
