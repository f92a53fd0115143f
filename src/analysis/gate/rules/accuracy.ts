import { z } from 'zod';
import { gainRange } from '../../../metrics/metric.js';
import { metaOf } from '../../../metrics/registry.js';
import { gainClaim, scopesOf } from '../evidence/mean-claim.js';
import { leastFor } from '../evidence/mean-gain.js';
import { differenceFault, faultsIn, metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      margin: z.number().min(0).describe('How much of the mean may be lost.'),
      eachDataset: z
        .boolean()
        .default(true)
        .describe(
          'Whether it holds on each dataset as well; one of too few images for the margin counts where it fails.',
        ),
    }),
  )
  .default([])
  .describe(
    'The lower bound of the mean gain must lie above -margin: of the mean of all datasets, and on each dataset of enough images.',
  );

/** How much mean may be lost. */
export const accuracy: GateRule<'accuracy', typeof schema> = {
  key: 'accuracy',
  kind: 'accuracy',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) =>
    faultsIn(asked, 'margin', (metric, value) => differenceFault('a margin', metric, value)),
  ofMeans: true,
  judge: (asked, pair) =>
    asked.flatMap(({ metric, margin, eachDataset }) => {
      const { datasets } = pair;
      const meta = metaOf(metric);
      const least = leastFor({ range: gainRange(meta), margin }, pair);
      const single = eachDataset && datasets.length > 1 ? datasets : [];
      const small = single.filter(({ ids, units = ids }) => new Set(units).size < least);
      const all = gainClaim(
        meta,
        scopesOf(datasets, meta),
        {
          id: `accuracy/${metric}/all`,
          on:
            datasets.length === 1
              ? datasets[0].name
              : `all ${datasets.length} datasets, each weighing the same`,
          margin,
          notes:
            small.length === 0
              ? []
              : [
                  `too small to pass by themselves, and judged for failing alone: ${small.map(({ name }) => name).join(', ')}`,
                ],
        },
        pair,
      );
      return [
        all,
        ...single.map((dataset) =>
          gainClaim(
            meta,
            scopesOf([dataset], meta),
            {
              id: `accuracy/${metric}/${dataset.name}`,
              on: dataset.name,
              margin,
              onlyIfFailed: small.includes(dataset) && !pair.isIdentical,
            },
            pair,
          ),
        ),
      ];
    }),
};
