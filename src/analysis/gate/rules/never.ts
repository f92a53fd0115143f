import { z } from 'zod';
import { counted } from '../../../core/text.js';
import { metaOf } from '../../../metrics/registry.js';
import type { Verdict } from '../../../schema/verdict.js';
import { imagesWhere, scopeScores } from '../../compare/paired-images.js';
import { isWorse, worseThan } from './catastrophes.js';
import { assertDatasets, faultsIn, limitFault, metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      worseThan,
      ids: z.array(z.string().min(1)).min(1).describe('Ids of images.'),
      dataset: z.string().optional().describe('The dataset that they are of; any without it.'),
    }),
  )
  .default([])
  .describe(
    'Images that must never be on the wrong side of worseThan, whatever they were before: decided by id.',
  );

/** Images, by id, that must never fail: nothing is inferred from them, and nothing is by chance. */
export const never: GateRule<'never', typeof schema> = {
  key: 'never',
  kind: 'never',
  schema,
  notGenerated: 'generated images have ids of their own',
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) =>
    faultsIn(asked, 'worseThan', (metric, value) => limitFault('worseThan', metric, value)),
  assertThere: (asked, datasets) => assertDatasets('never', asked, datasets),
  wants: (asked, sample) =>
    asked.some(({ ids, dataset = sample.dataset }) => dataset === sample.dataset && ids.includes(sample.id)),
  judge: (asked, { datasets, named = datasets }) =>
    asked.map(({ metric, worseThan: limit, ids, dataset }) => {
      const meta = metaOf(metric);
      const scope = named.filter(({ name }) => dataset === undefined || name === dataset);
      const scores = scopeScores(scope, meta);
      const idOf = (i: number): string => scores.sources[i].ids[scores.rows[i]];
      const found = new Set(Array.from({ length: scores.n }, (_, i) => idOf(i)));
      const missing = ids.filter((id) => !found.has(id));
      const bad = imagesWhere(
        scores,
        (_, i) => ids.includes(idOf(i)) && isWorse(meta, scores.candidate[i], limit),
      );
      const verdict: Verdict = bad.length > 0 ? 'fail' : missing.length > 0 ? 'inconclusive' : 'pass';
      const side = meta.better === 'higher' ? 'below' : 'above';
      return {
        id: `never/${metric}/${limit}${dataset === undefined ? '' : `/${dataset}`}`,
        rule: `${counted(ids.length, 'named image')}: never ${side} ${meta.name} ${limit}`,
        verdict,
        evidence: [
          `${bad.length} of ${counted(ids.length, 'image')} ${side} ${limit}`,
          ...(missing.length === 0
            ? []
            : [`not among the images that both sides have scores of: ${missing.join(', ')}`]),
        ].join('; '),
        figures: { n: ids.length, hits: bad.length, missing: missing.length },
        images: bad,
      };
    }),
};
