import { z } from 'zod';
import { CONVENTIONS, DEFAULT_PROTOCOLS, PROTOCOL_IDS } from '../metrics/registry.js';

// Apart from the config's schema, which loads every runner: a manifest is read where none is needed.

/** The protocols to score by and what they let a run choose (docs/metrics.md). */
export const scoringSchema = z.strictObject({
  protocols: z
    .array(z.enum(PROTOCOL_IDS))
    .min(1)
    .default([...DEFAULT_PROTOCOLS])
    .describe('Whose metrics are computed (docs/metrics.md).'),
  ...CONVENTIONS,
  resize: z
    .boolean()
    .default(false)
    .describe(
      'Whether mattes are brought to the size of a ground truth of another size, as score --resize does.',
    ),
});

export const priceSchema = z.strictObject({
  perHour: z.number().positive().describe('Of an hour of this device.'),
  currency: z.string().default('USD').describe('Its unit.'),
});
