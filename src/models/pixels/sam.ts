import type { GrayImage, RgbImage } from '../../image/raster.js';
import { warpBytes, warpFloats } from '../../image/warp.js';
import { assertFinite, outputError } from './output-map.js';
import { pointLists, type ImagePrompt } from '../spec/prompts.js';
import type { SamSpec } from '../spec/spec.js';
import type { OutputTensor, Tensor } from './tensor.js';

type Frame = SamSpec['input'];

/** One decoding: coordinates in the encoder's frame, a padding point last, as SAM's decoder wants it. */
export interface DecoderPrompt {
  readonly coords: Float32Array;
  readonly labels: Float32Array;
}

/** How much an image is scaled to lie in the frame; small ones are enlarged. */
function frameScale(width: number, height: number, frame: Frame): number {
  return Math.min(frame.width / width, frame.height / height);
}

/** The encoder's input: the picture at the top left of the frame, 0..255, height x width x 3, no batch. */
export function toFrame({ width, height, data }: RgbImage, frame: Frame): Tensor {
  const scale = frameScale(width, height, frame);
  const pixels = warpBytes(data, width, height, 3, scale, frame.width, frame.height, frame.warp);
  return { type: 'float32', dims: [frame.height, frame.width, 3], data: Float32Array.from(pixels) };
}

/** The decoder's prompts for an image, one an object. */
export function decoderPrompts(
  prompt: ImagePrompt | undefined,
  width: number,
  height: number,
  frame: Frame,
): readonly DecoderPrompt[] {
  const scale = frameScale(width, height, frame);
  return pointLists(prompt, width, height).map(({ points, labels }) => {
    const coords = new Float32Array((points.length + 1) * 2);
    // Rounded to float32 before and after it is scaled, as rembg does.
    for (const [i, [x, y]] of points.entries()) {
      coords[2 * i] = Math.fround(x) * scale;
      coords[2 * i + 1] = Math.fround(y) * scale;
    }
    return { coords, labels: Float32Array.from([...labels, -1]) };
  });
}

/**
 * The matte of SAM's logits, [masks, frame height, frame width]: each brought back to the image's size, then 255 where
 * any is above 0.
 */
export function samMatte(
  { dims, data }: OutputTensor,
  frame: Frame,
  width: number,
  height: number,
): GrayImage {
  const [masks, rows, columns] = dims;
  if (dims.length !== 3 || rows !== frame.height || columns !== frame.width) {
    throw outputError(
      `the decoder's masks are [${dims.join(', ')}]`,
      `expected [masks, ${frame.height}, ${frame.width}]`,
    );
  }
  assertFinite(data);
  const back = 1 / frameScale(width, height, frame);
  const matte = new Uint8Array(width * height);
  const plane = rows * columns;
  for (let mask = 0; mask < masks; mask++) {
    const logits = data.subarray(mask * plane, (mask + 1) * plane);
    const warped = warpFloats(logits, columns, rows, back, width, height, frame.warp);
    for (let i = 0; i < matte.length; i++) if (warped[i] > 0) matte[i] = 255;
  }
  return { width, height, data: matte };
}
