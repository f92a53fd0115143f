import { z } from 'zod';
import { UNKNOWN_TRAINING } from '../schema/leakage.js';
import { IMAGE_EXTENSIONS } from './extensions.js';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only');
const tags = z.array(
  z
    .string()
    .min(1)
    .refine((tag) => tag !== UNKNOWN_TRAINING, 'that stands for unknown training data, and is no tag'),
);
const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits in lower case`);

/** A path below the root: from data, so it may neither be absolute nor climb. */
const innerPath = z
  .string()
  .min(1)
  .refine(
    (path) => !/^([\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes('..'),
    'expected a path below the root: relative and without ".."',
  );

const byHand = { url: z.url(), instructions: z.string().min(1) };

/** Where a dataset's files come from: one pinned archive on the Hugging Face hub, or a person's own hands. */
const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hf'),
    repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected "owner/name"'),
    repoType: z.enum(['dataset', 'model']).default('dataset'),
    /** A full commit: a branch or a tag could change under a published number. */
    revision: hex(40),
    file: innerPath,
    sha256: hex(64),
    bytes: z.int().positive(),
    unpack: z.literal('zip').default('zip'),
    /** The way round the hub, for a machine that cannot reach it. */
    byHand: z.strictObject(byHand).optional(),
  }),
  z.strictObject({ kind: z.literal('manual'), ...byHand }),
]);

/** Which files of a folder belong to one side of the pairs: `<prefix><stem><suffix><extension>`. */
const sideSchema = z.strictObject({
  /** Below the root. Of several candidates the first that exists is taken; a part `*` stands for any folder. */
  path: z.union([innerPath, z.array(innerPath).min(1)]),
  prefix: z.string().default(''),
  suffix: z.string().default(''),
  extensions: z
    .array(z.string().regex(/^\.[^\\/]+$/, 'expected an extension with its dot, as ".png"'))
    .min(1)
    .default([...IMAGE_EXTENSIONS]),
});

const common = {
  name,
  title: z.string().optional(),
  description: z.string().optional(),
  licence: z.string().optional(),
  /** `${NAME}`, `${NAME:-default}` and a leading `~` are expanded; relative to the current directory. */
  root: z.string().min(1),
  /** Tags of the public sets whose pictures are in here, for all splits or by split; models name them in `trainedOn`. */
  contains: z.union([tags, z.record(z.string(), tags)]).optional(),
  /** How many samples a complete copy has, in all or by split. */
  expected: z.union([z.int().positive(), z.record(z.string(), z.int().positive())]).optional(),
  terms: z.strictObject({ url: z.url(), mustAccept: z.boolean().default(false) }).optional(),
  source: sourceSchema.optional(),
};

export const HUMANS_SPLITS = ['training', 'validation'] as const;
export const DIS5K_SPLITS = ['DIS-TE1', 'DIS-TE2', 'DIS-TE3', 'DIS-TE4', 'DIS-TR', 'DIS-VD'] as const;

/** A dataset as data: how its folders are laid out, where they lie, where they come from, what may be done with them. */
export const datasetSpecSchema = z.discriminatedUnion('layout', [
  z.strictObject({
    ...common,
    layout: z.literal('humans'),
    splits: z.array(z.enum(HUMANS_SPLITS)).min(1).optional(),
  }),
  z.strictObject({
    ...common,
    layout: z.literal('dis5k'),
    splits: z.array(z.enum(DIS5K_SPLITS)).min(1).optional(),
  }),
  z.strictObject({
    ...common,
    layout: z.literal('paired-folders'),
    images: sideSchema,
    truths: sideSchema,
    /** Whether folders below the two paths count; their relative path is then part of the id. */
    nested: z.boolean().default(false),
    /** What the `*` parts of the two paths may stand for, e.g. `DIS5K/DIS-VD`; without it, whatever is there. */
    splits: z.array(innerPath).min(1).optional(),
  }),
]);

/** A known dataset with a few fields put differently: another root, fewer splits. */
export const datasetExtensionSchema = z.strictObject({
  extends: z.string().min(1),
  name: name.optional(),
  root: z.string().min(1).optional(),
  splits: z.array(z.string()).min(1).optional(),
  contains: common.contains,
  expected: common.expected,
});

/** What a run config may say: the name of a known dataset, the path of a YAML file, a variation, or a whole spec. */
export const datasetReferenceSchema = z.union([z.string().min(1), datasetExtensionSchema, datasetSpecSchema]);

export type DatasetSpec = z.output<typeof datasetSpecSchema>;
export type DatasetExtension = z.output<typeof datasetExtensionSchema>;
export type DatasetReference = z.output<typeof datasetReferenceSchema>;
export type DatasetSource = z.output<typeof sourceSchema>;
export type HubSource = Extract<DatasetSource, { kind: 'hf' }>;
export type LayoutName = DatasetSpec['layout'];
export type SpecOf<K extends LayoutName> = Extract<DatasetSpec, { layout: K }>;
