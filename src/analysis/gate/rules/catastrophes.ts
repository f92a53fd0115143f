import { z } from 'zod';
import type { MetricMeta } from '../../../metrics/metric.js';
import { metaOf } from '../../../metrics/registry.js';
import { excessClaim, maximumShare } from '../evidence/excess-claim.js';
import { faultsIn, limitFault, metricId, type GateRule } from './rule.js';

export const worseThan = z.number().describe('The score on whose wrong side an image is a catastrophe.');

/** Whether a score is on the wrong side of another one. */
export function isWorse({ better }: MetricMeta, score: number, than: number): boolean {
  return better === 'higher' ? score < than : score > than;
}

const schema = z
  .array(z.strictObject({ metric: metricId, worseThan, maximumShare }))
  .default([])
  .describe(
    'By how much images that are on the wrong side of worseThan now, and were not before, may exceed those that were and are not.',
  );

/** Images on the wrong side of `worseThan` now that were not before, less those that were mended. */
export const catastrophes: GateRule<'catastrophes', typeof schema> = {
  key: 'catastrophes',
  kind: 'tail',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) =>
    faultsIn(asked, 'worseThan', (metric, value) => limitFault('worseThan', metric, value)),
  judge: (asked, pair) =>
    asked.map(({ metric, worseThan: limit, maximumShare: share }) => {
      const meta = metaOf(metric);
      const isBad = (score: number): number => Number(isWorse(meta, score, limit));
      return excessClaim(
        {
          meta,
          id: `tail/catastrophe/${metric}/${limit}`,
          what: `fell ${meta.better === 'higher' ? 'below' : 'above'} ${meta.name} ${limit}`,
          maximumShare: share,
          changeOf: (before, now) => isBad(now) - isBad(before),
        },
        pair,
      );
    }),
};
