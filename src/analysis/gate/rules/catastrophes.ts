import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { mcnemarExact } from '../../../stats/mcnemar.js';
import { pOf } from '../../../stats/test-outcome.js';
import { imagesWhere, scopeScores } from '../../compare/paired-images.js';
import { capped, capText, countCheck } from '../evidence/capped-count.js';
import { counted } from '../evidence/wording.js';
import { metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    capped({
      metric: metricId,
      worseThan: z.number().describe('The score on whose wrong side an image is a catastrophe.'),
    }),
  )
  .default([])
  .describe('How many images may be on the wrong side of worseThan now that were not before.');

/** Images on the wrong side of `worseThan` now that were not before, counted against a cap. */
export const catastrophes: GateRule<'catastrophes', typeof schema> = {
  key: 'catastrophes',
  kind: 'tail',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  judge: (asked, { datasets, minimumImages }) =>
    asked.map((rule) => {
      const { metric, worseThan } = rule;
      const meta = metaOf(metric);
      const scores = scopeScores(datasets, meta);
      const { baseline, candidate } = scores;
      const isBad = (score: number): boolean =>
        meta.better === 'higher' ? score < worseThan : score > worseThan;
      const hits = imagesWhere(scores, (_, i) => isBad(candidate[i]) && !isBad(baseline[i]));
      const cured = imagesWhere(scores, (_, i) => !isBad(candidate[i]) && isBad(baseline[i]));
      const p = pOf(mcnemarExact(cured.length, hits.length));
      const what = `fell ${meta.better === 'higher' ? 'below' : 'above'} ${meta.name} ${worseThan}`;
      return countCheck(hits, scores, rule, minimumImages, {
        id: `tail/catastrophe/${metric}/${worseThan}`,
        rule: `images that ${what}: ${capText(rule)}`,
        evidence: what,
        more:
          cured.length > 0
            ? [`${counted(cured.length, 'image')} went the other way (McNemar p ${p.toFixed(3)})`]
            : [],
        figures: { cured: cured.length, mcnemarP: p },
      });
    }),
};
