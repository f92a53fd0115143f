import { z } from 'zod';
import type { ResampleFilter } from '../image/resample.js';
import { modelFilesSchema } from './source.js';

const filterSchema = z.enum([
  'pillow-lanczos',
  'pillow-bicubic',
  'pillow-bilinear',
  'libvips-lanczos3',
] satisfies ResampleFilter[]);

/** How pixels become the network's input. Defaults are rembg's: stretch by Pillow's LANCZOS, RGB, NCHW, float32. */
const inputSchema = z.strictObject({
  width: z.int().positive(),
  height: z.int().positive(),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  resample: filterSchema.default('pillow-lanczos'),
  /** `image-max` divides by the resized image's own maximum, as rembg does; a number divides by that number. */
  divideBy: z.union([z.literal('image-max'), z.number().positive()]).default('image-max'),
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0, 0, 0]),
  std: z.tuple([z.number(), z.number(), z.number()]).default([1, 1, 1]),
});

/** How the network's output becomes a matte. */
const outputSchema = z.strictObject({
  /** Index in the graph's order, or name. */
  select: z.union([z.int().nonnegative(), z.string().min(1)]).default(0),
  channel: z.int().nonnegative().default(0),
  activation: z.enum(['none', 'sigmoid', 'softmax']).default('none'),
  /** `min-max` stretches every map to 0..1 by its own extremes, as rembg does. */
  rescale: z.enum(['min-max', 'none']).default('none'),
  /** Filter that brings the 8-bit matte back to the image's size. */
  resample: filterSchema.default('pillow-lanczos'),
});

/**
 * A model as data: where its bytes come from, how it is fed and read, what it may be used for, what it has seen.
 * `feeding` names the path through the code; `matte` (one image in, one map out) covers all but SAM and cloth.
 */
export const modelSpecSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only'),
  title: z.string().optional(),
  family: z.string().optional(),
  specialisation: z.string().optional(),
  feeding: z.enum(['matte', 'classes', 'sam']).default('matte'),
  files: modelFilesSchema,
  input: inputSchema,
  output: outputSchema.prefault({}),
  licence: z.string().optional(),
  /** Dataset tags (see docs/datasets.md) whose pictures the weights were trained on, as far as sources say. */
  trainedOn: z.array(z.string()).default([]),
  /** Where `trainedOn` is said, or why nothing is known. */
  trainingSource: z.string().optional(),
  /** Name under which published figures of the same network are listed (configs/published.yaml). */
  publishedAs: z.string().optional(),
  notes: z.string().optional(),
});

export type ModelSpec = z.output<typeof modelSpecSchema>;
export type InputSpec = ModelSpec['input'];
export type OutputSpec = ModelSpec['output'];
