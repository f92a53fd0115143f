import { z } from 'zod';

/** A phase of a prediction whose time rules may be about. */
export const timedPhase = z.enum(['preprocess', 'inference', 'postprocess', 'predict']);

/**
 * How times are measured for a check: processes of each side (even, since the order is A B B A), and what each does at
 * least: warm-up predictions (at most 5 of models slower than a second), then passes over so many images. docs/timing.md
 * says what it takes to be sealed.
 */
export const measureSchema = z.strictObject({
  processes: z.int().min(2).max(200).multipleOf(2).default(6),
  images: z.int().min(1).max(64).default(4),
  rounds: z.int().min(1).default(6),
  warmup: z.int().min(3).default(20),
});

export type Measure = z.output<typeof measureSchema>;
