import { z } from 'zod';
import { lateBound } from '../core/plugins/late-bound.js';
import { DEFAULT_CONVENTIONS, type Conventions } from '../metrics/metric.js';
import { DEFAULT_PROTOCOLS, protocols } from '../metrics/registry.js';
import { EXPECTED_MATTES, KEPT_MATTES } from './kept-mattes.js';

// Apart from the config's schema, which loads every runner: a manifest is read where none is needed.

const conventions = {
  threshold: z
    .int()
    .min(1)
    .max(255)
    .default(DEFAULT_CONVENTIONS.threshold)
    .describe('Prediction and ground truth are foreground at >= threshold.'),
  empty: z
    .enum(['one', 'zero', 'skip'])
    .default(DEFAULT_CONVENTIONS.empty)
    .describe('What overlap scores are when both masks are empty; skip: undefined.'),
} satisfies Readonly<Record<keyof Conventions, z.ZodType>>;

/** The protocols to score by and what they let a run choose (docs/metrics.md). */
export const scoringSchema = z.strictObject({
  protocols: z
    .array(lateBound(() => z.enum(protocols().map(({ id }) => id))))
    .min(1)
    .default([...DEFAULT_PROTOCOLS])
    .describe('Whose metrics are computed (docs/metrics.md).'),
  ...conventions,
  resize: z
    .boolean()
    .default(false)
    .describe('Whether mattes are resized to the size of their ground truths, as score --resize does.'),
});

export const keptMattesSchema = z.string().regex(KEPT_MATTES, EXPECTED_MATTES);

export const priceSchema = z.strictObject({
  perHour: z.exactOptional(z.number().positive()).describe('Of an hour of this device.'),
  perKWh: z
    .exactOptional(z.number().positive())
    .describe('Of a kilowatt-hour: what the energy of predictions costs, where it is known.'),
  currency: z.string().default('USD').describe('Its unit.'),
});

/** How thorough the timing pass is; docs/timing.md says what each is good for. */
export const TIMING_PROFILES = ['quick', 'standard', 'publishable'] as const;
export type TimingProfile = (typeof TIMING_PROFILES)[number];

/** A number, or `auto` for one that is chosen on this machine. */
export const autoOr = (number: z.ZodInt): z.ZodUnion<[z.ZodLiteral<'auto'>, z.ZodInt]> =>
  z.union([z.literal('auto'), number]);

/** The timing pass: a profile, and what is to differ from it. */
export const timeSchema = z.strictObject({
  profile: z
    .enum(TIMING_PROFILES)
    .default('standard')
    .describe('How thorough it is (docs/timing.md); the fields below override parts of it.'),
  images: z.int().min(1).max(64).optional().describe('Pictures of every dataset.'),
  rounds: z
    .int()
    .min(1)
    .optional()
    .describe('Exactly so many timed passes over all pictures, instead of as many as the percentile needs.'),
  warmup: z.int().min(3).optional().describe('Inferences before anything is recorded, at least.'),
  percentile: z
    .enum(['p50', 'p90', 'p95', 'p99'])
    .optional()
    .describe('The highest percentile to collect enough values for.'),
  threads: autoOr(z.int().min(1).max(1024)).default('auto').describe('Of ONNX Runtime; auto: one per core.'),
  together: autoOr(z.int().min(1).max(64))
    .default('auto')
    .describe('Models whose processes live side by side and take turns; auto: as many as fit into memory.'),
});

export type TimeConfig = z.output<typeof timeSchema>;
