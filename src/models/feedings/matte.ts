import { placeImage } from '../pixels/placement.js';
import { toMatte } from '../pixels/postprocess.js';
import { doubtsOf, rawRange } from '../pixels/raw-values.js';
import type { MatteSpec } from '../spec/spec.js';
import type { Feeding } from './feeding.js';
import { singleNetwork } from './single-network.js';

/** One image in, one map out. */
export function matteFeeding({ input, output }: MatteSpec): Feeding {
  return {
    ...singleNetwork(input, {
      select: output.select,
      layout: output.layout,
      complaint: (channels) => {
        const missing = [output.channel].flat().find((index) => index >= channels);
        return missing === undefined ? undefined : `output.channel is ${missing}; the first is 0`;
      },
    }),
    read: (raw, width, height) => toMatte(raw, output, width, height, placeImage(width, height, input)),
    rawRange: (raw, width, height) => rawRange(raw, output, placeImage(width, height, input)),
    doubts: (outputs) => doubtsOf(output, outputs),
  };
}
