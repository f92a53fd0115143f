import { z } from 'zod';
import { readYamlFile } from '../../core/yaml-file.js';

const point = z.strictObject({
  point: z.tuple([z.number(), z.number()]).readonly(),
  /** 1 on the object, 0 beside it. */
  label: z.union([z.literal(0), z.literal(1)]).default(1),
});
const box = z.strictObject({
  /** x and y of the top left, then of the bottom right corner. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
});
const marks = z
  .array(z.union([point, box]))
  .min(1)
  .readonly();

/** Marks of one object, or a list of those: one decoding an object, the masks united. */
const objects = z
  .union([marks, z.array(marks).min(1)])
  .transform((value): readonly Marks[] =>
    value.every((item) => Array.isArray(item)) ? (value as Marks[]) : [value as Marks],
  );

/** Pixels of the upright image, or shares of its width and height. */
const unit = z.enum(['pixels', 'share']).default('share');

/** What a SAM model is asked: for an image the file's prompts, else its dataset's, else the default. */
export const promptsSchema = z.strictObject({
  unit,
  /** rembg asks for whatever lies at the centre. */
  default: z.union([z.literal('centre'), objects]).default('centre'),
  /** By name of dataset. */
  datasets: z.record(z.string(), objects).default({}),
  /** A YAML file with `unit` and `images: {<dataset>/<id>: marks}`; relative to the spec. */
  file: z.string().min(1).optional(),
});

const promptFileSchema = z.strictObject({ unit, images: z.record(z.string(), objects) });

export type Mark = z.output<typeof point> | z.output<typeof box>;
export type Marks = readonly Mark[];
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
