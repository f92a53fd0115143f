import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { imagesWhere, scopeScores } from '../../compare/paired-images.js';
import { capped, capText, countCheck } from '../evidence/capped-count.js';
import { metricId, type GateRule } from './rule.js';

const schema = z
  .array(capped({ metric: metricId, over: z.number().positive().describe('A loss above this counts.') }))
  .default([])
  .describe('How many images may lose more than over: what no mean shows.');

/** Images that lost more than `over`, counted against a cap: what no mean shows. */
export const losses: GateRule<'losses', typeof schema> = {
  key: 'losses',
  kind: 'tail',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  judge: (asked, { datasets, minimumImages }) =>
    asked.map((rule) => {
      const { metric, over } = rule;
      const meta = metaOf(metric);
      const scores = scopeScores(datasets, meta);
      const what = `lost more than ${over} ${meta.name}`;
      return countCheck(
        imagesWhere(scores, (gain) => gain < -over),
        scores,
        rule,
        minimumImages,
        { id: `tail/loss/${metric}/${over}`, rule: `images that ${what}: ${capText(rule)}`, evidence: what },
      );
    }),
};
