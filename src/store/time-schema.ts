import { z } from 'zod';

/** How thorough the timing pass is; docs/timing.md says what each is good for. */
export const TIMING_PROFILES = ['quick', 'standard', 'publishable'] as const;
export type TimingProfile = (typeof TIMING_PROFILES)[number];

const autoOr = (number: z.ZodInt): z.ZodUnion<[z.ZodLiteral<'auto'>, z.ZodInt]> =>
  z.union([z.literal('auto'), number]);

/** The timing pass: a profile, and what is to differ from it. */
export const timeSchema = z.strictObject({
  profile: z.enum(TIMING_PROFILES).default('standard'),
  /** Pictures of every dataset. */
  images: z.int().min(1).max(64).optional(),
  /** Exactly so many timed passes over all pictures, instead of as many as the percentile needs. */
  rounds: z.int().min(1).optional(),
  /** Inferences before anything is recorded, at least. */
  warmup: z.int().min(3).optional(),
  /** The highest percentile that there are to be enough values for. */
  percentile: z.enum(['p50', 'p90', 'p95', 'p99']).optional(),
  threads: autoOr(z.int().min(1).max(1024)).default('auto'),
  /** Models whose processes live side by side and take turns; `auto`: as many as fit into memory. */
  together: autoOr(z.int().min(1).max(64)).default('auto'),
});

export type TimeConfig = z.output<typeof timeSchema>;
