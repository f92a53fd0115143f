import { z } from 'zod';
import { CONVENTIONS, DEFAULT_PROTOCOLS, PROTOCOL_IDS } from '../metrics/registry.js';

// Apart from the config's schema, which loads every runner: a manifest is read where none is needed.

/** The protocols to score by and what they let a run choose (docs/metrics.md). */
export const scoringSchema = z.strictObject({
  protocols: z
    .array(z.enum(PROTOCOL_IDS))
    .min(1)
    .default([...DEFAULT_PROTOCOLS]),
  ...CONVENTIONS,
  /** Whether mattes are brought to the size of a ground truth of another size, as `score --resize` does. */
  resize: z.boolean().default(false),
});

export const priceSchema = z.strictObject({
  perHour: z.number().positive(),
  currency: z.string().default('USD'),
});
