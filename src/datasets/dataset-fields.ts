import { z } from 'zod';
import { attributeFields } from './attributes/fields.js';
import { UNKNOWN_TRAINING } from '../schema/leakage.js';
import { truthValuesSchema } from '../schema/mask-values.js';

export const datasetName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, ".", "_" and "-" only')
  .describe('What tables and folders call the dataset.');

const tags = z.array(
  z
    .string()
    .min(1)
    .regex(
      new RegExp(`^(?!${UNKNOWN_TRAINING}$)`),
      'that stands for unknown training data, and is not a tag',
    ),
);

const hex = (digits: number): z.ZodString =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits in lower case`);

/** A path below the root: from data, so it may neither be absolute nor climb. */
export const innerPath = z
  .string()
  .min(1)
  .regex(
    /^(?!([A-Za-z]:|[\\/]))(?!([^]*[\\/])?\.\.([\\/]|$))/,
    'expected a path below the root: relative and without ".."',
  );

/** Which files of a folder are meant. */
export const namePatternFields = {
  prefix: z.string().default('').describe('What their names begin with, before the stem.'),
  suffix: z.string().default('').describe('What stands between the stem and the extension.'),
  extensions: z
    .array(z.string().regex(/^\.[^\\/]+$/, 'expected an extension with its dot, as ".png"'))
    .min(1)
    .optional()
    .describe(
      'Extensions that count, with their dots and in any case; without it, those of every readable picture.',
    ),
};

const byHand = {
  url: z.url().describe('Where to get the files.'),
  instructions: z.string().min(1).describe('What a person has to do there, in words.'),
};

const sourceSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('hf').describe('The Hugging Face hub.'),
        repo: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'expected "owner/name"')
          .describe('owner/name.'),
        repoType: z.enum(['dataset', 'model']).default('dataset').describe('What kind of repository it is.'),
        revision: hex(40).describe('A full commit: a branch or a tag could change under a published number.'),
        file: innerPath.describe('The archive in the repository.'),
        sha256: hex(64).describe('Of the archive.'),
        bytes: z.int().positive().describe("The archive's size."),
        unpack: z.literal('zip').default('zip').describe('The kind of archive.'),
        byHand: z
          .strictObject(byHand)
          .optional()
          .describe('An alternative to the hub, for a machine that cannot reach it.'),
      })
      .describe('One pinned archive on the Hugging Face hub.'),
    z
      .strictObject({ kind: z.literal('manual').describe('By hand.'), ...byHand })
      .describe('A person downloads it.'),
  ])
  .describe('Where the files come from.');

type DatasetSource = z.output<typeof sourceSchema>;
export type HubSource = Extract<DatasetSource, { kind: 'hf' }>;

/** What a layout without fields of its own for them says of ground truths. */
export const truthsField = z
  .strictObject({ values: truthValuesSchema.optional() })
  .optional()
  .describe('How the ground truths are read.');

/** What every dataset may say, whatever its layout. */
export const datasetFields = {
  name: datasetName,
  title: z.string().optional().describe('What reports call it.'),
  description: z.string().optional().describe('What is in it, for people.'),
  licence: z.string().optional().describe('What may be done with it, and where that is said.'),
  root: z
    .string()
    .min(1)
    .describe(
      'The folder, or its address in object storage (s3://bucket/prefix). ${NAME}, ${NAME:-default}, ${CONFIG_DIR} (the folder of this file) and a leading ~ are expanded; else relative to the current directory.',
    ),
  contains: z
    .union([tags, z.record(z.string(), tags)])
    .optional()
    .describe(
      'Tags of the public sets whose pictures are in here, for all splits or by split; models name them in trainedOn.',
    ),
  expected: z
    .union([z.int().positive(), z.record(z.string(), z.int().positive())])
    .optional()
    .describe('How many samples a complete copy has, in all or by split.'),
  ...attributeFields,
  terms: z
    .strictObject({
      url: z.url().describe('Where they stand.'),
      mustAccept: z
        .boolean()
        .default(false)
        .describe('Whether "datasets pull" asks for --accept-terms first.'),
    })
    .optional()
    .describe('Terms of use.'),
  source: sourceSchema.optional(),
};
