import { z } from 'zod';
import { metaOf } from '../../../metrics/registry.js';
import { wordOf } from '../../slices/slicing.js';
import { gainClaim, scopesOfGroups } from '../evidence/mean-claim.js';
import { metricId, type GateRule } from './rule.js';

const schema = z
  .array(
    z.strictObject({
      attribute: z.string().min(1).describe('Of images, as "report --by" takes it, e.g. split.'),
      values: z
        .array(z.union([z.string(), z.number()]))
        .min(1)
        .describe('The values whose images are judged, each by itself.'),
      metric: metricId,
      margin: z.number().min(0).describe('How much of the mean may be lost.'),
    }),
  )
  .default([])
  .describe('An accuracy rule on parts of the images that must be there, in sufficient number.');

/** An accuracy rule on a part of the images that must be there, in sufficient number. */
export const slices: GateRule<'slices', typeof schema> = {
  key: 'slices',
  kind: 'slice',
  schema,
  notGenerated: 'generated masks have no attributes',
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  ofMeans: true,
  judge: (asked, pair) =>
    asked.flatMap(({ attribute, values, metric, margin }) => {
      const meta = metaOf(metric);
      return values.map((value) => {
        // as "compare" shows them: a slice's images weigh the same, whichever dataset they are of
        const scopes = scopesOfGroups(
          {
            groups: [pair.datasets],
            isIn: (attributes) => wordOf(attributes, attribute) === String(value),
          },
          meta,
        );
        const what = { id: `slice/${attribute}=${value}/${metric}`, on: `${attribute} ${value}`, margin };
        return gainClaim(meta, scopes, what, pair);
      });
    }),
};
