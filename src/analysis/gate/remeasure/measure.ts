import { z } from 'zod';

/** A phase of a prediction whose time rules may be about. */
export const timedPhase = z
  .enum(['preprocess', 'inference', 'postprocess', 'predict'])
  .describe('The phase whose time counts; predict is the three together.');

/** How times are measured for a check: processes of each side, and what each does at least. */
export const measureSchema = z.strictObject({
  processes: z
    .int()
    .min(2)
    .max(200)
    .multipleOf(2)
    .default(6)
    .describe('Processes of each side, an even number: the order is A B B A.'),
  images: z
    .int()
    .min(1)
    .max(64)
    .default(16)
    .describe('Pictures that each process predicts; fewer than 16, where there are more, are not sealed.'),
  rounds: z.int().min(1).default(3).describe('Timed passes over them, at least.'),
  warmup: z
    .int()
    .min(3)
    .default(20)
    .describe('Predictions before anything counts, at least (at most 5 of models slower than a second).'),
});

export type Measure = z.output<typeof measureSchema>;
