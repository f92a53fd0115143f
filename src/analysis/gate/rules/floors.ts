import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { meanOf } from '../../../stats/values.js';
import { scopeScores } from '../../compare/paired-images.js';
import { figure } from '../evidence/wording.js';
import { metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      mean: z.number().describe('The floor.'),
      dataset: z.string().optional().describe('The dataset whose images count; all without it.'),
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
  judge: (asked, { datasets }) =>
    asked.map(({ metric, mean, dataset }) => {
      const meta = metaOf(metric);
      const scope = datasets.filter(({ name }) => dataset === undefined || name === dataset);
      const { candidate, undefinedCandidate, n } = scopeScores(scope, meta);
      const [sign, side] = meta.better === 'higher' ? [1, 'above'] : [-1, 'below'];
      const where = `${meta.name} on ${dataset ?? 'all images'}`;
      return {
        id: `floor/${metric}/${dataset ?? 'all'}`,
        rule: `${where}: mean ${side} ${mean}`,
        means: n === 0 ? where : `${where} ${figure(meanOf(candidate))} against ${mean}`,
        gains: candidate.map((score) => sign * (score - mean)),
        margin: 0,
        undefinedCandidate,
      };
    }),
};
