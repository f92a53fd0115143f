import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { meanOf } from '../../../stats/values.js';
import { meanClaim, scopesOf } from '../evidence/mean-claim.js';
import { isWithoutMean } from '../evidence/mean-gain.js';
import { boundedRange } from '../../../metrics/metric.js';
import { figure } from '../evidence/wording.js';
import { assertDatasets, faultsIn, limitFault, metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      mean: z.number().describe('The floor.'),
      dataset: z.string().optional().describe('Which dataset; the mean of all datasets without it.'),
    }),
  )
  .default([])
  .describe("The candidate's own mean must be better than this.");

/** The candidate's own mean must be no worse than this: its scores are claimed as gains over the floor. */
export const floors: GateRule<'floors', typeof schema> = {
  key: 'floors',
  kind: 'floor',
  schema,
  notGenerated: 'how good generated masks are says nothing of a model',
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) => faultsIn(asked, 'mean', (metric, value) => limitFault('a floor', metric, value)),
  ofMeans: true,
  assertThere: (asked, datasets) => assertDatasets('floors', asked, datasets),
  judge: (asked, pair) =>
    asked.map(({ metric, mean, dataset }) => {
      const meta = metaOf(metric);
      const datasets = pair.datasets.filter(({ name }) => dataset === undefined || name === dataset);
      const { scopes, images, undefinedCandidate, groups } = scopesOf(datasets, meta);
      const [sign, side] = meta.better === 'higher' ? [1, 'above'] : [-1, 'below'];
      const over = (score: number): number => sign * (score - mean);
      const [low, high] = (boundedRange(meta) ?? []).map(over).sort((a, b) => a - b);
      const where = `${meta.name} on ${dataset ?? (datasets.length === 1 ? datasets[0].name : `all ${datasets.length} datasets, each weighing the same`)}`;
      const gains = scopes.map(({ candidate }) => candidate.map(over));
      const own = meanOf(scopes.map(({ candidate }) => meanOf(candidate)));
      return meanClaim(
        {
          id: `floor/${metric}/${dataset ?? 'all'}`,
          gains,
          range: high > low ? [low, high] : null,
          margin: 0,
          images,
          undefinedCandidate,
          counted: { meta, groups, valueOf: (_, now) => over(now) },
        },
        pair,
        {
          rule: `${where}: mean ${side} ${mean}`,
          means: isWithoutMean(gains) ? where : `${where} ${figure(own)} against ${mean}`,
          passable: (missing) => `a mean ${side} ${figure(mean - sign * missing)}`,
          isRelative: false,
        },
      );
    }),
};
