import { z } from 'zod';
import { filterSchema } from './input-spec.js';

const common = {
  select: z
    .union([z.int().nonnegative(), z.string().min(1)])
    .default(0)
    .describe("The output that is read: its index in the graph's order, or its name."),
  layout: z.enum(['nchw', 'nhwc']).default('nchw').describe('Where the channels stand in the output.'),
  resample: filterSchema
    .default('pillow-lanczos')
    .describe("The filter that brings the 8-bit map back to the image's size."),
};

/** How one map of the network's output becomes a matte. */
export const matteOutputSchema = z.strictObject({
  ...common,
  channel: z
    .union([z.int().nonnegative(), z.array(z.int().nonnegative()).min(1)])
    .default(0)
    .describe('Of that output; with softmax a list of foreground classes, whose probabilities are added up.'),
  divideBy: z
    .number()
    .positive()
    .optional()
    .describe(
      'The raw values are divided by it first: 255 for a network that gives levels. Without it they are taken as they are.',
    ),
  activation: z
    .enum(['none', 'sigmoid', 'softmax'])
    .default('none')
    .describe('The activation still to be applied to the raw values; softmax is over the channels.'),
  rescale: z
    .enum(['min-max', 'none'])
    .default('none')
    .describe('min-max stretches every map to 0..1 by its own extremes, as rembg does.'),
});

/** How scores of classes become masks: every pixel belongs to its highest class. */
export const classesOutputSchema = z.strictObject({
  ...common,
  classes: z
    .strictObject({
      names: z
        .array(z.string().min(1))
        .min(2)
        .describe('Names of the classes in the order of the channels, background first.'),
      foreground: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('The classes that count as foreground; all but the first if not said.'),
      matte: z
        .string()
        .min(1)
        .default('union')
        .describe(
          "What the candidate's matte is: union (of the foreground), the name of one of its classes, or stacked (all masks one above the other).",
        ),
      enlarge: z
        .enum(['masks', 'indices'])
        .default('masks')
        .describe(
          "What is resampled to the image's size: each mask, with soft edges; or, as rembg does, the map of class numbers, which puts a rim of the classes between around each.",
        ),
    })
    .superRefine(({ names, foreground = names.slice(1), matte }, ctx) => {
      const complain = (key: string, message: string): void =>
        ctx.addIssue({ code: 'custom', path: [key], message });
      const stranger = foreground.find((name) => !names.includes(name));
      if (stranger !== undefined) complain('foreground', `"${stranger}" is not one of the names`);
      if (![...foreground, 'union', 'stacked'].includes(matte)) {
        complain('matte', `expected union, stacked, or one of ${foreground.join(', ')}`);
      }
    })
    .describe('What the channels stand for, and which of them are the foreground.'),
});

export type MatteOutputSpec = z.output<typeof matteOutputSchema>;
export type ClassesOutputSpec = z.output<typeof classesOutputSchema>;
