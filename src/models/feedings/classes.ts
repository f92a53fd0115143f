import { classMasks, matteOfClasses } from '../pixels/class-masks.js';
import { placeImage } from '../pixels/placement.js';
import type { ClassesSpec } from '../spec/spec.js';
import type { Feeding } from './feeding.js';
import { singleNetwork } from './single-network.js';

/** One image in, scores of classes out; one mask, or the union, is the candidate's matte. */
export function classesFeeding({ input, output }: ClassesSpec): Feeding {
  const { names } = output.classes;
  return {
    ...singleNetwork(input, {
      select: output.select,
      layout: output.layout,
      complaint: (channels) =>
        channels === names.length || channels === 1
          ? undefined
          : `output.classes.names has ${names.length} names`,
    }),
    read: async (raw, width, height) => {
      const masks = await classMasks(raw, output, width, height, placeImage(width, height, input));
      return matteOfClasses(masks, output.classes.matte);
    },
  };
}
