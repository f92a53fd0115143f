import { z } from 'zod';
import { count, failure, figure, text, type Document } from '../schema/basics.js';

const of = { call: text, model: text, dataset: text, id: text };

/** A line of calls.jsonl: calls over a network, each written down before it is made. */
export const callRecord = z.discriminatedUnion('kind', [
  /** The user has allowed that pictures are sent there. */
  z.object({ kind: z.literal('allowed'), model: text, origin: text }),
  z.object({
    kind: z.literal('intent'),
    ...of,
    /** Of the cell. */
    key: text,
    /** ISO 8601. */
    at: text,
    cost: z.exactOptional(z.object({ amount: figure, currency: text })),
  }),
  z.object({
    kind: z.literal('end'),
    ...of,
    outcome: z.enum(['answered', 'refused', 'unsent', 'lost']),
    status: z.exactOptional(count),
    firstByteMs: z.exactOptional(figure),
    wholeMs: z.exactOptional(figure),
    told: z.exactOptional(z.record(text, text)),
    failure: z.exactOptional(failure),
  }),
]);
export type CallRecord = Document<typeof callRecord>;
