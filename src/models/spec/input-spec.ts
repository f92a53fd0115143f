import { z } from 'zod';
import type { ResampleFilter } from '../../image/resample.js';
import { INPUT_TYPES } from '../pixels/tensor.js';

/** One side of a network's input. */
export const inputSide = z.int().positive().describe("Of the network's input, in pixels.");

export const filterSchema = z.enum([
  'pillow-lanczos',
  'pillow13-lanczos',
  'pillow-bicubic',
  'pillow-bilinear',
  'libvips-lanczos3',
] satisfies ResampleFilter[]);

/** How pixels become the network's input. Defaults are rembg's: stretch by Pillow's LANCZOS, RGB, NCHW, float32. */
export const inputSchema = z.strictObject({
  width: inputSide,
  height: inputSide,
  fit: z
    .enum(['stretch', 'letterbox', 'inside'])
    .default('stretch')
    .describe(
      'stretch fills width x height; letterbox keeps the proportions and pads; inside keeps the proportions and feeds what comes out, for networks with dynamic sizes.',
    ),
  enlarge: z
    .boolean()
    .default(true)
    .describe('letterbox, inside: whether a picture smaller than the box is enlarged.'),
  anchor: z.enum(['centre', 'top-left']).default('centre').describe('letterbox: where the picture lies.'),
  pad: z
    .int()
    .min(0)
    .max(255)
    .default(0)
    .describe('letterbox: the 8-bit level of the padding, before any scaling.'),
  multipleOf: z
    .int()
    .positive()
    .default(1)
    .describe('inside: both sides become multiples of this, the next lower ones.'),
  layout: z.enum(['nchw', 'nhwc']).default('nchw').describe('The order of the dimensions as fed.'),
  type: z.enum(INPUT_TYPES).default('float32').describe('Of the numbers as fed.'),
  channels: z.enum(['rgb', 'bgr']).default('rgb').describe('The order of the colours as fed.'),
  resample: filterSchema
    .default('pillow-lanczos')
    .describe("The filter that resizes to the network's input."),
  divideBy: z
    .union([z.literal('image-max'), z.number().positive()])
    .default('image-max')
    .describe(
      "image-max divides by the resized image's own maximum, as rembg does; a number divides by that number.",
    ),
  mean: z
    .tuple([z.number(), z.number(), z.number()])
    .default([0, 0, 0])
    .describe('Subtracted after the division, by channel as fed.'),
  std: z
    .tuple([z.number(), z.number(), z.number()])
    .default([1, 1, 1])
    .describe('Divided by at the end, by channel as fed.'),
});

export type InputSpec = z.output<typeof inputSchema>;
