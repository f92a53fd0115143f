import { z } from 'zod';
import { evidenceSchema } from './evidence.js';
import { better, count, figure, orNull, text, type Document } from './basics.js';

const rank = z.object({
  model: text,
  mean: figure,
  tier: count.describe('From 1; two models of one tier cannot be told apart.'),
  beatenBy: z.array(text),
  alike: z
    .array(text)
    .describe('Models of other tiers that nevertheless cannot be told apart from this one.'),
});
export type Rank = Document<typeof rank>;

const table = z.object({
  metric: text,
  title: text,
  better,
  dataset: orNull(text).describe('Null: all datasets, each weighing the same.'),
  n: count.describe('Images that every ranked model was scored on, the metric being defined for all.'),
  units: z
    .exactOptional(count)
    .describe('Independent units of these images, where a dataset names some: what means and bounds count.'),
  ranks: z.array(rank),
  excluded: z
    .array(z.object({ model: text, reason: text }))
    .describe('Models that are in no tier, and why: trained on these pictures, or failed cells.'),
  cautions: z
    .array(text)
    .describe('Cautions about ranked models: selected by their scores here, or training data unknown.'),
});
export type RankingTable = Document<typeof table>;

export const rankingSchema = z
  .object({
    run: text,
    name: text,
    signatures: z.array(text),
    evidence: z.exactOptional(evidenceSchema),
    alpha: figure.describe(
      'The most that the chance may be of any "better" in a table that is not so, for independent images (units, where a dataset names some).',
    ),
    tables: z.array(table),
  })
  .meta({
    title: 'Maskbench ranking',
    description:
      'A run\u2019s models ranked into tiers, metric by metric: what "maskbench rank --format json" prints.',
  });

/** A run's models ranked into tiers, metric by metric. Plain data: the only input of the ranking reports. */
export type RankingReport = Document<typeof rankingSchema>;
