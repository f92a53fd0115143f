import { z } from 'zod';
import { filterSchema } from './input-spec.js';

const common = {
  /** Index in the graph's order, or name. */
  select: z.union([z.int().nonnegative(), z.string().min(1)]).default(0),
  /** Where the channels stand in the output. */
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  /** Filter that brings the 8-bit map back to the image's size. */
  resample: filterSchema.default('pillow-lanczos'),
};

/** How one map of the network's output becomes a matte. */
export const matteOutputSchema = z.strictObject({
  ...common,
  /** Of that output; with softmax a list of foreground classes, whose probabilities are added up. */
  channel: z.union([z.int().nonnegative(), z.array(z.int().nonnegative()).min(1)]).default(0),
  /** The raw values are divided by it first: 255 for a network that gives levels. Without it they are taken as they are. */
  divideBy: z.number().positive().optional(),
  activation: z.enum(['none', 'sigmoid', 'softmax']).default('none'),
  /** `min-max` stretches every map to 0..1 by its own extremes, as rembg does. */
  rescale: z.enum(['min-max', 'none']).default('none'),
});

/** How scores of classes become masks: every pixel belongs to its highest class. */
export const classesOutputSchema = z.strictObject({
  ...common,
  classes: z
    .strictObject({
      /** Names of the classes in the order of the channels, background first. */
      names: z.array(z.string().min(1)).min(2),
      /** The classes that count as foreground; all but the first if not said. */
      foreground: z.array(z.string().min(1)).min(1).optional(),
      /** What the candidate's matte is: the union of the foreground, one class, or all masks one above the other. */
      matte: z.string().min(1).default('union'),
      /**
       * What is resampled to the image's size: each mask, with soft edges; or, as rembg does, the map of class numbers,
       * which puts a rim of the classes between around each.
       */
      enlarge: z.enum(['masks', 'indices']).default('masks'),
    })
    .superRefine(({ names, foreground = names.slice(1), matte }, ctx) => {
      const complain = (key: string, message: string): void =>
        ctx.addIssue({ code: 'custom', path: [key], message });
      const stranger = foreground.find((name) => !names.includes(name));
      if (stranger !== undefined) complain('foreground', `"${stranger}" is none of the names`);
      if (![...foreground, 'union', 'stacked'].includes(matte)) {
        complain('matte', `expected union, stacked, or one of ${foreground.join(', ')}`);
      }
    }),
});

export type MatteOutputSpec = z.output<typeof matteOutputSchema>;
export type ClassesOutputSpec = z.output<typeof classesOutputSchema>;
