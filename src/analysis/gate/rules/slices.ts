import { z } from 'zod';
import { unknownName } from '../../../core/names.js';
import { metaOf } from '../../../metrics/registry.js';
import { attributeNames, wordOf } from '../../slices/slicing.js';
import { gainClaim, scopesOfGroups } from '../evidence/mean-claim.js';
import { differenceFault, faultsIn, metricId, type GateRule } from './rule.js';

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

/** Values that a refusal names. */
const SHOWN = 10;

/** An accuracy rule on a part of the images that must be there, in sufficient number. */
export const slices: GateRule<'slices', typeof schema> = {
  key: 'slices',
  kind: 'slice',
  schema,
  notGenerated: 'generated masks have no attributes',
  metricsOf: (asked) => asked.map(({ metric }) => metric),
  faultsOf: (asked) =>
    faultsIn(asked, 'margin', (metric, value) => differenceFault('a margin', metric, value)),
  ofMeans: true,
  assertThere(asked, datasets) {
    const images = datasets.flatMap(({ attributes }) => attributes);
    for (const { attribute, values } of asked) {
      const names = [...attributeNames(images)];
      if (!names.includes(attribute))
        throw unknownName('slices of the gate: no image has the attribute', attribute, names);
      const words = [...new Set(images.map((of) => wordOf(of, attribute)))].filter((word) => word !== '');
      const missing = values.map(String).find((value) => !words.includes(value));
      if (missing === undefined) continue;
      const more = words.length > SHOWN ? ` and ${words.length - SHOWN} more` : '';
      throw unknownName(`slices of the gate: no image has the ${attribute}`, missing, words, {
        otherwise: `there are ${words.slice(0, SHOWN).join(', ')}${more}`,
      });
    }
  },
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
