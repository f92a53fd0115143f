import { z } from 'zod';
import { lateBound } from '../core/plugins/late-bound.js';
import { datasetFields, datasetName, truthsField } from './dataset-fields.js';
import { LAYOUTS } from './layouts/index.js';

export const datasetSpecSchema = lateBound(() => {
  const [first, ...others] = LAYOUTS.map(({ schema }) => schema);
  const names = LAYOUTS.map(({ name }) => name).join(', ');
  return z.discriminatedUnion('layout', [first, ...others], { error: `the layout is one of ${names}` }).meta({
    id: 'Dataset',
    title: 'Maskbench dataset',
    description:
      'A dataset as data: how its folders are laid out, where they are, where they come from, and how they may be used.',
  });
});

const datasetExtensionSchema = z
  .strictObject({
    extends: z.string().min(1).describe('The name of a known dataset, or the path of its YAML file.'),
    name: datasetName.optional(),
    root: datasetFields.root.optional(),
    splits: z.array(z.string()).min(1).optional().describe('The parts to take.'),
    contains: datasetFields.contains,
    expected: datasetFields.expected,
    attributes: datasetFields.attributes,
    unit: datasetFields.unit,
    truths: truthsField,
  })
  .meta({
    id: 'DatasetVariation',
    description: 'A known dataset with a few fields changed: another root, fewer splits.',
  });

export const datasetReferenceSchema = z
  .union([z.string().min(1), datasetExtensionSchema, datasetSpecSchema])
  .describe(
    'The name of a known dataset ("maskbench datasets list"), the path of a YAML file, a variation, or a whole spec.',
  );

export type DatasetSpec = z.output<typeof datasetSpecSchema>;
export type DatasetExtension = z.output<typeof datasetExtensionSchema>;
export type DatasetReference = z.output<typeof datasetReferenceSchema>;
