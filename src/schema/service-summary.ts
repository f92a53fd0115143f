import { z } from 'zod';
import { count, figure, text, type Document } from './basics.js';

/** What the calls of a service came to, in a whole run with all that it was resumed. */
export const serviceSummary = z
  .object({
    calls: count.describe('That were made or begun, repeated ones included.'),
    pictures: count.describe('Different ones that were called for.'),
    answered: count.describe('With a matte.'),
    outcomes: z
      .record(text, count)
      .describe(
        'Calls by what they came to: the status of the answer; unsent: it never got there; lost: nobody knows; open: the run was ended before there was an answer.',
      ),
    firstByteMs: z.exactOptional(
      z.object({
        p50: figure,
        p90: z.exactOptional(figure),
        p95: z.exactOptional(figure),
        p99: z.exactOptional(figure),
      }),
    ),
    cost: z
      .exactOptional(z.object({ amount: figure, currency: text, per1000: z.exactOptional(figure) }))
      .describe('Of all calls but those that never got there; per1000: for a thousand mattes.'),
    told: z
      .record(text, z.array(text))
      .describe(
        'What its answers say of it, by header: every value, up to eight. More than one of a version: it changed meanwhile.',
      ),
  })
  .meta({ id: 'Service', description: 'The calls of a service.' });
export type ServiceSummary = Document<typeof serviceSummary>;
