import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { scopeScores } from '../../compare/paired-images.js';
import { gainClaim } from '../evidence/claims.js';
import { metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      margin: z.number().min(0).describe('How much of the mean may be lost.'),
      eachDataset: z
        .boolean()
        .default(true)
        .describe('Whether it holds on each dataset of enough images as well.'),
    }),
  )
  .default([])
  .describe(
    "The mean gain's lower bound must lie above -margin: on all images together, and on each dataset of enough images.",
  );

/** How much mean may be lost. */
export const accuracy: GateRule<'accuracy', typeof schema> = {
  key: 'accuracy',
  kind: 'accuracy',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  judge: (asked, { datasets, minimumImages }) =>
    asked.flatMap(({ metric, margin, eachDataset }) => {
      const meta = metaOf(metric);
      const all = gainClaim(meta, scopeScores(datasets, meta), margin, {
        id: `accuracy/${metric}/all`,
        on: datasets.length === 1 ? datasets[0].name : 'all images',
      });
      if (!eachDataset || datasets.length < 2) return [all];
      // A dataset of fewer images could never decide anything; the comparison shows it for information.
      const large = datasets.filter(({ ids }) => ids.length >= minimumImages);
      return [
        all,
        ...large.map((dataset) =>
          gainClaim(meta, scopeScores([dataset], meta), margin, {
            id: `accuracy/${metric}/${dataset.name}`,
            on: dataset.name,
          }),
        ),
      ];
    }),
};
