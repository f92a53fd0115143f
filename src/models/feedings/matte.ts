import { placeImage } from '../pixels/placement.js';
import { toMatte } from '../pixels/postprocess.js';
import { toTensor } from '../pixels/preprocess.js';
import { doubtsOf, rawRange } from '../pixels/raw-values.js';
import type { MatteSpec } from '../spec/spec.js';
import type { Feeding } from './feeding.js';
import { checkSingle, checkSingleOutput, connectSingle, type Reading } from './single-network.js';

/** One image in, one map out. */
export function matteFeeding({ input, output }: MatteSpec): Feeding {
  const reading: Reading = {
    select: output.select,
    layout: output.layout,
    complaint: (channels) => {
      const missing = [output.channel].flat().find((index) => index >= channels);
      return missing === undefined ? undefined : `output.channel is ${missing}; the first is 0`;
    },
  };
  return {
    roles: ['model'],
    prepare: async (image) => ({ tensor: await toTensor(image, input), prompts: [] }),
    checkEnds: ({ model }) => checkSingle(model, input, reading),
    checkOutput: ({ dims }, fed) => checkSingleOutput(dims, fed, input, reading),
    connect: ({ model }) => connectSingle(model, reading),
    read: (raw, width, height) => toMatte(raw, output, width, height, placeImage(width, height, input)),
    rawRange: (raw, width, height) => rawRange(raw, output, placeImage(width, height, input)),
    doubts: (outputs) => doubtsOf(output, outputs),
  };
}
