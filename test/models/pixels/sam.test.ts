import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/models/feedings/feeding.js';
import { samFeeding } from '../../../src/models/feedings/sam.js';
import { toFloats } from '../../../src/models/pixels/to-floats.js';
import { networkSchemas, type SamSpec } from '../../../src/models/spec/spec.js';
import type { RawTensor, Tensor } from '../../../src/models/pixels/tensor.js';

const FRAME = { width: 8, height: 6 };

function sam(fields: Record<string, unknown> = {}): SamSpec {
  return networkSchemas.sam.parse({
    name: 'sam',
    feeding: 'sam',
    files: { encoder: 'file:e.onnx', decoder: 'file:d.onnx' },
    input: FRAME,
    ...fields,
  });
}

const image = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(200),
});

/** Networks that note what they are asked; the decoder marks the half of the frame that its first point lies in. */
function networks(): { encoder: Network; decoder: Network; asked: Record<string, Tensor>[] } {
  const asked: Record<string, Tensor>[] = [];
  const value = (name: string, shape: readonly (number | string)[]) => ({ name, type: 'float32', shape });
  const answer = (dims: readonly number[], data: Float32Array): RawTensor => ({
    type: 'float32',
    dims,
    data,
  });
  return {
    asked,
    encoder: {
      path: 'encoder.onnx',
      inputs: [value('input_image', [6, 8, 3])],
      outputs: [value('image_embeddings', [])],
      run: async () => ({ image_embeddings: answer([1, 1, 1, 1], Float32Array.of(7)) }),
    },
    decoder: {
      path: 'decoder.onnx',
      inputs: [
        'image_embeddings',
        'point_coords',
        'point_labels',
        'mask_input',
        'has_mask_input',
        'orig_im_size',
      ].map((name) => value(name, [])),
      outputs: ['masks', 'iou_predictions', 'low_res_masks'].map((name) => value(name, [])),
      run: async (feeds) => {
        asked.push({ ...feeds });
        const [x] = feeds['point_coords']?.data ?? [];
        const logits = Float32Array.from({ length: 48 }, (_, i) => (i % 8 < 4 === (x ?? 0) < 4 ? 1 : -1));
        return { masks: answer([1, 1, 6, 8], logits) };
      },
    },
  };
}

describe('SAM', () => {
  it('sees the picture at the top left of its frame, unscaled levels, zeros beside it', async () => {
    const { tensor } = await samFeeding(sam()).prepare(image(2, 6), undefined);
    expect(tensor.dims).toEqual([6, 8, 3]);
    expect(Array.from(tensor.data.slice(0, 9))).toEqual([200, 200, 200, 200, 200, 200, 0, 0, 0]);
  });

  it('enlarges a small picture until it fills the frame', async () => {
    const { tensor } = await samFeeding(sam()).prepare(image(4, 3), undefined);
    expect(tensor.data.filter((value) => value === 200).length).toBeGreaterThan(48 * 3 * 0.5);
  });

  it('tells the decoder the frame, the scaled points, a padding point, and no mask', async () => {
    const { encoder, decoder, asked } = networks();
    const feeding = samFeeding(sam());
    const infer = feeding.connect({ encoder, decoder });
    await infer(await feeding.prepare(image(4, 3), undefined));
    expect(asked).toHaveLength(1);
    const [feeds] = asked;
    expect([...(feeds?.['point_coords']?.data ?? [])]).toEqual([4, 2, 0, 0]);
    expect([...(feeds?.['point_labels']?.data ?? [])]).toEqual([1, -1]);
    expect([...(feeds?.['orig_im_size']?.data ?? [])]).toEqual([6, 8]);
    expect([...(feeds?.['has_mask_input']?.data ?? [])]).toEqual([0]);
    expect(feeds?.['mask_input']?.dims).toEqual([1, 1, 256, 256]);
    expect([...(feeds?.['image_embeddings']?.data ?? [])]).toEqual([7]);
  });

  it('encodes once however many objects are asked for, and unites their masks', async () => {
    const { encoder, decoder, asked } = networks();
    let encodings = 0;
    const counted: Network = {
      ...encoder,
      run: (...args) => {
        encodings++;
        return encoder.run(...args);
      },
    };
    const feeding = samFeeding(sam());
    const infer = feeding.connect({ encoder: counted, decoder });
    const prompt = {
      unit: 'pixels',
      objects: [[{ point: [0, 0], label: 1 }], [{ point: [7, 0], label: 1 }]],
    } as const;
    const { output, parts } = await infer(await feeding.prepare(image(8, 6), prompt));
    expect([encodings, asked.length]).toEqual([1, 2]);
    expect(output.dims).toEqual([2, 6, 8]);
    expect(parts?.encoderMs).toBeGreaterThanOrEqual(0);
    expect(parts?.decoderMs).toBeGreaterThanOrEqual(0);
    const matte = await feeding.read(toFloats(output), 8, 6);
    expect(matte.data.every((value) => value === 255)).toBe(true);
  });

  it('gives a matte of 0 and 255 at the size of the image', async () => {
    const { encoder, decoder } = networks();
    const feeding = samFeeding(sam());
    const infer = feeding.connect({ encoder, decoder });
    const prompt = { unit: 'pixels', objects: [[{ point: [0, 0], label: 1 }]] } as const;
    const { output } = await infer(await feeding.prepare(image(16, 12), prompt));
    const matte = await feeding.read(toFloats(output), 16, 12);
    expect(matte).toMatchObject({ width: 16, height: 12 });
    expect(new Set(matte.data)).toEqual(new Set([0, 255]));
  });

  it('is refused networks that are none of its own, naming what they take', () => {
    const { encoder, decoder } = networks();
    const feeding = samFeeding(sam());
    expect(() => feeding.checkEnds({ encoder: decoder, decoder })).toThrow(
      /the encoder's inputs are image_embeddings/,
    );
    expect(() => feeding.checkEnds({ encoder, decoder: encoder })).toThrow(
      /the decoder's inputs are input_image/,
    );
    expect(() => samFeeding(sam({ input: {} })).checkEnds({ encoder, decoder })).toThrow(
      /input_image \[6, 8, 3\]/,
    );
  });

  it('needs both files by their role', () => {
    expect(() => sam({ files: 'file:one.onnx' })).toThrow(/name the files by role: encoder and decoder/);
  });
});
