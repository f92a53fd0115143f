import { classMasks, matteOfClasses } from '../pixels/class-masks.js';
import { placeImage } from '../pixels/placement.js';
import { toTensor } from '../pixels/preprocess.js';
import type { ClassesSpec } from '../spec/spec.js';
import type { Feeding } from './feeding.js';
import { connectSingle } from './single-network.js';

/** One image in, scores of classes out; one mask, or the union, is the candidate's matte. */
export function classesFeeding({ input, output }: ClassesSpec): Feeding {
  return {
    roles: ['model'],
    prepare: async (image) => ({ tensor: await toTensor(image, input), prompts: [] }),
    connect: ({ model }) => connectSingle(model, input, output.select),
    read: async (raw, width, height) => {
      const masks = await classMasks(raw, output, width, height, placeImage(width, height, input));
      return matteOfClasses(masks, output.classes.matte);
    },
  };
}
