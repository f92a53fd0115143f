import { decoderPrompts, samMatte, toFrame, type DecoderPrompt } from '../pixels/sam.js';
import type { SamSpec } from '../spec/spec.js';
import type { RawTensor, Tensor } from '../pixels/tensor.js';
import { toFloats } from '../pixels/to-floats.js';
import type { Feeding, NetworkEnds } from './feeding.js';
import { signatureError } from './single-network.js';

const DECODER_INPUTS = [
  'image_embeddings',
  'point_coords',
  'point_labels',
  'mask_input',
  'has_mask_input',
  'orig_im_size',
] as const;

/** Side of the mask that a decoder can be given to start from; none is ever given here. */
const MASK_SIDE = 256;

/** Encoder once per image, decoder once per prompt. */
export function samFeeding({ input: frame }: SamSpec): Feeding {
  return {
    roles: ['encoder', 'decoder'],
    prepare: async (image, prompt) => ({
      tensor: toFrame(image, frame),
      prompts: decoderPrompts(prompt, image.width, image.height, frame),
    }),
    checkEnds({ encoder, decoder }) {
      assertSam(encoder, decoder, [frame.height, frame.width, 3]);
      return true;
    },
    checkOutput: () => undefined,
    connect({ encoder, decoder }) {
      const [imageInput] = encoder.inputs;
      const [embeddingOutput] = encoder.outputs;
      const [masksOutput] = decoder.outputs;
      return async ({ tensor, prompts }) => {
        const start = performance.now();
        const { [embeddingOutput.name]: embedding } = await encoder.run({ [imageInput.name]: tensor }, [
          embeddingOutput.name,
        ]);
        const encoded = performance.now();
        const decoded: RawTensor[] = [];
        for (const prompt of prompts) {
          const feeds = decoderFeeds(embedding, prompt, [frame.height, frame.width]);
          decoded.push((await decoder.run(feeds, [masksOutput.name]))[masksOutput.name]);
        }
        const output = concatenated(decoded, frame.height, frame.width);
        const decoderMs = performance.now() - encoded;
        return { output, parts: { encoderMs: encoded - start, decoderMs } };
      };
    },
    read: async (output, width, height) => samMatte(output, frame, width, height),
  };
}

function assertSam(encoder: NetworkEnds, decoder: NetworkEnds, dims: readonly number[]): void {
  const [image, ...others] = encoder.inputs;
  const fits =
    image !== undefined &&
    others.length === 0 &&
    image.shape.length === dims.length &&
    image.shape.every((size, i) => typeof size !== 'number' || size <= 0 || size === dims[i]);
  if (!fits) {
    const shapes = encoder.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
    throw signatureError(
      encoder.path,
      `the encoder's inputs are ${shapes.join(', ')}`,
      `the spec feeds one of [${dims.join(', ')}]`,
    );
  }
  const names = new Set(decoder.inputs.map(({ name }) => name));
  const missing = DECODER_INPUTS.filter((name) => !names.has(name));
  if (missing.length > 0 || names.size > DECODER_INPUTS.length) {
    throw signatureError(
      decoder.path,
      `the decoder's inputs are ${[...names].join(', ')}`,
      `expected ${DECODER_INPUTS.join(', ')}`,
    );
  }
}

function decoderFeeds(
  embedding: RawTensor,
  { coords, labels }: DecoderPrompt,
  size: readonly [height: number, width: number],
): Readonly<Record<(typeof DECODER_INPUTS)[number], Tensor>> {
  return {
    image_embeddings: floats(embedding.dims, toFloats(embedding).data),
    point_coords: floats([1, labels.length, 2], coords),
    point_labels: floats([1, labels.length], labels),
    mask_input: floats([1, 1, MASK_SIDE, MASK_SIDE], new Float32Array(MASK_SIDE ** 2)),
    has_mask_input: floats([1], new Float32Array(1)),
    // The frame, not the image: the masks are brought back from there.
    orig_im_size: floats([2], Float32Array.from(size)),
  };
}

/** The masks of all prompts under each other; of one prompt as they are. */
function concatenated(outputs: readonly RawTensor[], height: number, width: number): RawTensor {
  const plane = height * width;
  const length = outputs.reduce((sum, { data }) => sum + data.length, 0);
  const [first] = outputs;
  const dims = length % plane === 0 ? [length / plane, height, width] : (first?.dims ?? []);
  if (outputs.length === 1) return { ...first, dims };
  const data = new Float32Array(length);
  let at = 0;
  for (const output of outputs) {
    data.set(toFloats(output).data, at);
    at += output.data.length;
  }
  return { type: 'float32', dims, data };
}

function floats(dims: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', dims, data };
}
