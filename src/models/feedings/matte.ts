import { placeImage } from '../pixels/placement.js';
import { toMatte } from '../pixels/postprocess.js';
import { toTensor } from '../pixels/preprocess.js';
import { doubtsOf, rawRange } from '../pixels/raw-values.js';
import type { MatteSpec } from '../spec/spec.js';
import type { Feeding } from './feeding.js';
import { connectSingle } from './single-network.js';

/** One image in, one map out. */
export function matteFeeding({ input, output }: MatteSpec): Feeding {
  return {
    roles: ['model'],
    prepare: async (image) => ({ tensor: await toTensor(image, input), prompts: [] }),
    connect: ({ model }) => connectSingle(model, input, output.select),
    read: (raw, width, height) => toMatte(raw, output, width, height, placeImage(width, height, input)),
    rawRange: (raw, width, height) => rawRange(raw, output, placeImage(width, height, input)),
    doubts: (outputs) => doubtsOf(output, outputs),
  };
}
