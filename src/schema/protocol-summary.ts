import { z } from 'zod';
import { count, figure, text, type Document } from './basics.js';

/** A column of figures: means of one metric, times `scale` where it has one, with so many decimals. */
const column = z.object({
  metric: text.describe('Its id.'),
  group: z.exactOptional(text).describe('Heading above several columns.'),
  label: text,
  scale: z
    .exactOptional(figure)
    .describe('What the mean is multiplied by before it is printed; 1 if absent.'),
  digits: count.describe('Decimals.'),
});

/** How a protocol's scores are shown: the only thing that reports know of protocols. */
export const protocolSummary = z
  .object({
    id: text,
    title: text,
    headline: text.describe('Id of the metric that models are ranked, sliced and plotted by.'),
    holdsThreshold: z.boolean().describe('Whether the threshold in use lies on the curves over thresholds.'),
    table: z.object({
      title: text,
      caption: text.describe('What its columns are; may be empty.'),
      columns: z.array(column),
    }),
  })
  .meta({
    id: 'Protocol',
    description: 'A protocol that the run was scored by, and how its scores are shown.',
  });

type ProtocolSummary = Document<typeof protocolSummary>;
export type ProtocolTable = ProtocolSummary['table'];
