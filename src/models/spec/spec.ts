import { z } from 'zod';
import { UNKNOWN_TRAINING } from '../../schema/leakage.js';
import { inputSchema } from './input-spec.js';
import { classesOutputSchema, matteOutputSchema } from './output-spec.js';
import { promptsSchema } from './prompts.js';
import { modelFilesSchema } from '../sources/source.js';
import type { ModelFiles } from '../sources/source-types.js';

/** The fields that every model's spec has, whatever its runner. */
export const modelFields = {
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only'),
  title: z.string().optional(),
  family: z.string().optional(),
  specialisation: z.string().optional(),
  licence: z.string().optional(),
  /**
   * Dataset tags (see docs/datasets.md) whose pictures the weights were trained on, as far as sources say; `unknown`
   * among them where nobody says, or not all.
   */
  trainedOn: z.array(z.string()).default([UNKNOWN_TRAINING]),
  /** Tags of the sets by whose scores this checkpoint was chosen: not seen in training, yet not held out either. */
  selectedOn: z.array(z.string()).default([]),
  /** Where `trainedOn` is said, or why nothing is known. */
  trainingSource: z.string().optional(),
  /** Name under which published figures of the same network are listed (configs/published.yaml). */
  publishedAs: z.string().optional(),
  /** The mean IoU, and MAE of the mattes, that these bytes reach on a dataset, for `maskbench models verify --score`. */
  expected: z
    .strictObject({
      dataset: z.string().min(1),
      iou: z.number().min(0).max(1),
      mae: z.number().min(0).max(1).optional(),
      tolerance: z.number().positive().default(0.01),
    })
    .optional(),
  notes: z.string().optional(),
};

const oneFile = modelFilesSchema.refine((files) => 'model' in files, 'name one file, or its mirrors');
const twoFiles = modelFilesSchema.refine(
  (files) => 'encoder' in files && 'decoder' in files,
  'name the files by role: encoder and decoder',
);

/** One image in, one map out: all families but SAM and cloth. */
const matteSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('matte').optional().default('matte'),
  files: oneFile,
  input: inputSchema,
  output: matteOutputSchema.prefault({}),
});

/** One image in, scores of classes out. */
const classesSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('classes'),
  files: oneFile,
  input: inputSchema,
  output: classesOutputSchema,
});

/** An encoder, which sees the image, and a decoder, which is asked by prompts. */
const samSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('sam'),
  files: twoFiles,
  input: z.strictObject({
    width: z.int().positive().default(1024),
    height: z.int().positive().default(684),
    /** rembg warped with OpenCV until v2.0.69 and does with SciPy since. */
    warp: z.enum(['scipy-linear', 'opencv-linear']).default('scipy-linear'),
  }),
  prompts: promptsSchema.prefault({}),
});

/** The specs of models with a network to run, by their feeding (src/models/feedings). */
export const networkSchemas = { matte: matteSchema, classes: classesSchema, sam: samSchema };

/** What is known of a model whatever its runner. */
export interface ModelSpec extends z.output<z.ZodObject<typeof modelFields>> {
  /** Names the runner, and how it is fed. */
  readonly feeding: string;
  /** What is downloaded or named, by role; absent where the spec has nothing of the kind. */
  readonly files?: ModelFiles;
}

export type MatteSpec = z.output<typeof matteSchema>;
export type ClassesSpec = z.output<typeof classesSchema>;
export type SamSpec = z.output<typeof samSchema>;
/** A model with a network to run. */
export type NetworkSpec = MatteSpec | ClassesSpec | SamSpec;
