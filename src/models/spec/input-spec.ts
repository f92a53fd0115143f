import { z } from 'zod';
import type { ResampleFilter } from '../../image/resample.js';
import { INPUT_TYPES } from '../pixels/tensor.js';

export const filterSchema = z.enum([
  'pillow-lanczos',
  'pillow13-lanczos',
  'pillow-bicubic',
  'pillow-bilinear',
  'libvips-lanczos3',
] satisfies ResampleFilter[]);

/** How pixels become the network's input. Defaults are rembg's: stretch by Pillow's LANCZOS, RGB, NCHW, float32. */
export const inputSchema = z.strictObject({
  width: z.int().positive(),
  height: z.int().positive(),
  /**
   * `stretch` fills width x height; `letterbox` keeps the proportions and pads; `inside` keeps the proportions and
   * feeds what comes out, for networks with dynamic sizes.
   */
  fit: z.enum(['stretch', 'letterbox', 'inside']).default('stretch'),
  /** letterbox, inside: whether a picture smaller than the box is enlarged. */
  enlarge: z.boolean().default(true),
  /** letterbox: where the picture lies. */
  anchor: z.enum(['centre', 'top-left']).default('centre'),
  /** letterbox: the 8-bit level of the padding, before any scaling. */
  pad: z.int().min(0).max(255).default(0),
  /** inside: both sides become multiples of this, the next lower ones. */
  multipleOf: z.int().positive().default(1),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  type: z.enum(INPUT_TYPES).default('float32'),
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  resample: filterSchema.default('pillow-lanczos'),
  /** `image-max` divides by the resized image's own maximum, as rembg does; a number divides by that number. */
  divideBy: z.union([z.literal('image-max'), z.number().positive()]).default('image-max'),
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0, 0, 0]),
  std: z.tuple([z.number(), z.number(), z.number()]).default([1, 1, 1]),
});

export type InputSpec = z.output<typeof inputSchema>;
