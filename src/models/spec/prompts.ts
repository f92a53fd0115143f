import { z } from 'zod';
import { readYamlFile } from '../../core/yaml-file.js';

const point = z.strictObject({
  point: z.tuple([z.number(), z.number()]).readonly().describe('x and y.'),
  label: z.literal([0, 1]).default(1).describe('1 on the object, 0 beside it.'),
});
const box = z.strictObject({
  box: z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .readonly()
    .describe('x and y of the top left, then of the bottom right corner.'),
});
const marks = z
  .array(z.union([point, box]))
  .min(1)
  .readonly()
  .meta({ id: 'Marks', description: 'Of one object: points on it and beside it, boxes around it.' });

/** Marks of one object, or a list of those: one decoding an object, the masks united. */
const objects = z
  .union([marks, z.array(marks).min(1)])
  .transform((value): readonly Marks[] =>
    value.every((item) => Array.isArray(item)) ? (value as Marks[]) : [value as Marks],
  );

const unit = z
  .enum(['pixels', 'share'])
  .default('share')
  .describe('Of all numbers: pixels of the upright image, or shares of its width and height.');

/** What a SAM model is asked: for an image the file's prompts, else its dataset's, else the default. */
export const promptsSchema = z.strictObject({
  unit,
  default: z
    .union([z.literal('centre'), objects])
    .default('centre')
    .describe('For images without prompts of their own; centre is the pixel at the centre, as rembg asks.'),
  datasets: z
    .record(z.string(), objects)
    .default({})
    .describe('By name of dataset: marks of one object, or a list of those.'),
  file: z
    .string()
    .min(1)
    .optional()
    .describe('A YAML file with prompts by image (its own unit, and images), relative to this file.'),
});

/** The file of prompts that a spec may name. */
export const promptFileSchema = z
  .strictObject({
    unit,
    images: z
      .record(z.string(), objects)
      .describe('By <dataset>/<id>: marks of one object, or a list of those.'),
  })
  .meta({ title: 'Maskbench prompts', description: 'The prompts of a SAM model for single images.' });

type Mark = z.output<typeof point> | z.output<typeof box>;
type Marks = readonly Mark[];
export type PromptsSpec = z.output<typeof promptsSchema>;

/** The prompts for one image: objects, each with its marks. Plain data that crosses to the inference process. */
export interface ImagePrompt {
  readonly unit: 'pixels' | 'share';
  readonly objects: readonly Marks[];
}

/** Undefined stands for the centre point. */
export type PromptOf = (dataset: string, id: string) => ImagePrompt | undefined;

/**
 * Looks prompts up by image.
 *
 * @param path the prompts file on this machine, if the spec names one.
 * @throws MaskbenchError `data.missing` or `config.invalid`, naming file and line.
 */
export async function openPrompts(spec: PromptsSpec, path: string | undefined): Promise<PromptOf> {
  const file = path === undefined ? undefined : await readYamlFile(path, promptFileSchema);
  return (dataset, id) => {
    const own: readonly Marks[] | undefined = file?.images[`${dataset}/${id}`];
    if (file !== undefined && own !== undefined) return { unit: file.unit, objects: own };
    const ofDataset: readonly Marks[] | undefined = spec.datasets[dataset];
    if (ofDataset !== undefined) return { unit: spec.unit, objects: ofDataset };
    return spec.default === 'centre' ? undefined : { unit: spec.unit, objects: spec.default };
  };
}
