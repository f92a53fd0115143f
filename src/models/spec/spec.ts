import { z } from 'zod';
import { UNKNOWN_TRAINING } from '../../schema/leakage.js';
import { inputSchema, inputSide } from './input-spec.js';
import { classesOutputSchema, matteOutputSchema } from './output-spec.js';
import { promptsSchema } from './prompts.js';
import { encoderDecoderSchema, oneFileSchema } from '../sources/source.js';
import type { ModelFiles } from '../sources/source-types.js';

/** The fields that every model's spec has, whatever its runner. */
export const modelFields = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only')
    .describe('What tables and folders call the model.'),
  title: z.string().optional().describe('What reports call it.'),
  family: z.string().optional().describe('The architecture, for reports.'),
  specialisation: z.string().optional().describe('What it is made for, for people.'),
  licence: z.string().optional().describe('Of the weights, and where that is said.'),
  trainedOn: z
    .array(z.string())
    .default([UNKNOWN_TRAINING])
    .describe(
      'Tags of the datasets whose pictures the weights were trained on (docs/datasets.md), as far as sources say; with unknown among them where the sources are silent or incomplete.',
    ),
  selectedOn: z
    .array(z.string())
    .default([])
    .describe(
      'Tags of the sets by whose scores this checkpoint was chosen: not seen in training, yet not held out either.',
    ),
  trainingSource: z.string().optional().describe('The source of trainedOn, or why it is unknown.'),
  publishedAs: z
    .string()
    .optional()
    .describe('The name of published figures of the same network (configs/published.yaml).'),
  expected: z
    .strictObject({
      dataset: z.string().min(1).describe('The name of a known dataset.'),
      iou: z.number().min(0).max(1).describe('Mean IoU.'),
      mae: z.number().min(0).max(1).optional().describe('Mean absolute error of the mattes.'),
      tolerance: z
        .number()
        .positive()
        .default(0.01)
        .describe('The largest difference that still counts as equal.'),
    })
    .optional()
    .describe('The scores of these files on a dataset, for "maskbench models verify --score".'),
  notes: z.string().optional().describe('Anything else worth knowing, for people.'),
};

const INPUT = "How pixels become the network's input.";

/** One image in, one map out: all families but SAM and cloth. */
const matteSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('matte').optional().default('matte').describe('One image in, one map out.'),
  files: oneFileSchema,
  input: inputSchema.describe(INPUT),
  output: matteOutputSchema.prefault({}).describe("How one map of the network's output becomes a matte."),
});

/** One image in, scores of classes out. */
const classesSchema = z.strictObject({
  ...modelFields,
  feeding: z.literal('classes').describe('One image in, scores of classes out.'),
  files: oneFileSchema,
  input: inputSchema.describe(INPUT),
  output: classesOutputSchema.describe(
    'How scores of classes become masks: every pixel belongs to its highest class.',
  ),
});

/** An encoder, which sees the image, and a decoder, which is asked by prompts. */
const samSchema = z.strictObject({
  ...modelFields,
  feeding: z
    .literal('sam')
    .describe('An encoder that sees the image, and a decoder that is asked by prompts.'),
  files: encoderDecoderSchema,
  input: z
    .strictObject({
      width: inputSide.default(1024),
      height: inputSide.default(684),
      warp: z
        .enum(['scipy-linear', 'opencv-linear'])
        .default('scipy-linear')
        .describe('What fits the image into that; rembg used OpenCV until v2.0.69 and has used SciPy since.'),
    })
    .describe(INPUT),
  prompts: promptsSchema
    .prefault({})
    .describe(
      "What the model is asked: for an image the file's prompts, else its dataset's, else the default.",
    ),
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
