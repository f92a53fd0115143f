import { z } from 'zod';
import { IMAGES_NEEDED, WARM } from '../../../runners/onnx/seal/judge.js';

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
    .default(IMAGES_NEEDED)
    .describe(
      `Pictures that each process predicts; fewer than ${IMAGES_NEEDED}, where there are more, are not sealed.`,
    ),
  rounds: z.int().min(1).default(3).describe('Timed passes over them, at least.'),
  scope: z
    .enum(['predict', 'file-to-file'])
    .optional()
    .describe('What the times have to cover; default: the narrowest scope that both sides have.'),
  warmup: z
    .int()
    .min(3)
    .default(WARM.inferences)
    .describe(
      `Predictions before anything counts, at least (at most ${WARM.slowInferences} of models slower than a second).`,
    ),
});

export type Measure = z.output<typeof measureSchema>;

/** Fewer warm-up predictions than any seal asks for: a quick look, which decides nothing. */
export function isQuickLook({ warmup }: Measure): boolean {
  return warmup < WARM.inferences;
}

/** Why times that are measured so can never be sealed, and what would be right; undefined where they can. */
export function whyNeverSealed(measure: Measure): string | undefined {
  const { images, warmup } = measure;
  const faults = [
    ...(images < IMAGES_NEEDED
      ? [`times of fewer than ${IMAGES_NEEDED} images (images: ${images}), where there are more,`]
      : []),
    ...(isQuickLook(measure)
      ? [`times after fewer than ${WARM.inferences} predictions of warm-up (warmup: ${warmup})`]
      : []),
  ];
  const right = [
    ...(images < IMAGES_NEEDED ? [`images: ${IMAGES_NEEDED}`] : []),
    ...(isQuickLook(measure) ? [`warmup: ${WARM.inferences}`] : []),
  ];
  return faults.length === 0
    ? undefined
    : `${faults.join(' and ')} are never sealed, so the gate's rules on times stay inconclusive; set measure: { ${right.join(', ')} } or more`;
}
