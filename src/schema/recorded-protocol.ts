import { z } from 'zod';
import { better, count, figure, orNull, text, type Document } from './basics.js';
import { protocolSummary } from './protocol-summary.js';

/** Which plug-in: its name, and `name@version` of a package or `sha256-<digest>` of a local file and what it imports. */
export const pluginVersion = z.object({ name: text, version: text });

const schema = z
  .object({
    ...protocolSummary.shape,
    version: count,
    curves: z.boolean().describe('Whether it has scores over all thresholds.'),
    signature: z.array(text).describe('Its key:value parts under the conventions of this run.'),
    metrics: z.array(
      z.object({
        id: text,
        name: text,
        range: z.tuple([orNull(figure), orNull(figure)]).describe('Inclusive bounds; null is unbounded.'),
        better,
        formula: text,
        source: text,
        emptyMasks: text,
        pooled: z.boolean().describe('Whether it is a score of counts.'),
        needsPicture: z.boolean(),
      }),
    ),
    plugin: pluginVersion,
  })
  .meta({ id: 'RecordedProtocol', description: 'A protocol of a plug-in, as data.' });

export type RecordedProtocol = Document<typeof schema>;
/** A protocol of a plug-in as a run or a baseline records it: enough to read and compare its scores where the plug-in is not. */
export const recordedProtocol: z.ZodType<RecordedProtocol> = schema;
