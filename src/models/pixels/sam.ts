import type { GrayImage, RgbImage } from '../../image/raster.js';
import { warpBytes, warpFloats } from '../../image/warp.js';
import { assertFinite, outputError } from './output-map.js';
import type { ImagePrompt } from '../spec/prompts.js';
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

/** What the decoder is told of one object, in pixels of the upright image; SAM's labels: a box is 2 and 3. */
interface PointList {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly labels: readonly number[];
}

/** An image's prompts as lists of points; without any, the pixel at the centre. */
export function pointLists(
  prompt: ImagePrompt | undefined,
  width: number,
  height: number,
): readonly PointList[] {
  if (prompt === undefined) {
    return [{ points: [[Math.trunc(width / 2), Math.trunc(height / 2)]], labels: [1] }];
  }
  const [sx, sy] = prompt.unit === 'share' ? [width, height] : [1, 1];
  return prompt.objects.map((marksOfOne) => {
    const points: [number, number][] = [];
    const labels: number[] = [];
    for (const mark of marksOfOne) {
      if ('point' in mark) {
        points.push([mark.point[0] * sx, mark.point[1] * sy]);
        labels.push(mark.label);
      } else {
        const [left, top, right, bottom] = mark.box;
        points.push([left * sx, top * sy], [right * sx, bottom * sy]);
        labels.push(2, 3);
      }
    }
    return { points, labels };
  });
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
