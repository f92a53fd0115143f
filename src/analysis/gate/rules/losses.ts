import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { excessClaim, maximumShare } from '../evidence/excess-claim.js';
import { gainOf } from '../evidence/mean-gain.js';
import { differenceFault, faultsIn, metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      metric: metricId,
      over: z.number().positive().describe('A loss above this counts, and a gain above it against it.'),
      maximumShare,
    }),
  )
  .default([])
  .describe(
    'By how much images that lose more than over may exceed those that gain as much: what no mean shows.',
  );

/** Images that lost more than `over`, less those that gained as much. */
export const losses: GateRule<'losses', typeof schema> = {
  key: 'losses',
  kind: 'tail',
  schema,
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) => faultsIn(asked, 'over', (metric, value) => differenceFault('a loss', metric, value)),
  judge: (asked, pair) =>
    asked.map(({ metric, over, maximumShare: share }) => {
      const meta = metaOf(metric);
      return excessClaim(
        {
          meta,
          id: `tail/loss/${metric}/${over}`,
          what: `lost more than ${over} ${meta.name}`,
          maximumShare: share,
          changeOf(before, now) {
            const gain = gainOf(meta, before, now);
            return gain < -over ? 1 : gain > over ? -1 : 0;
          },
        },
        pair,
      );
    }),
};
