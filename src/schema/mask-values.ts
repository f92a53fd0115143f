import { z } from 'zod';
import { count, text } from './basics.js';

const whole = z.number().nonnegative();
const channel = z
  .enum(['alpha', 'red', 'green', 'blue', 'index', 'luma'])
  .describe('Which channel holds the mask; `index` is what a palette is looked up by.');

const detailed = z
  .strictObject({
    as: z
      .enum(['auto', 'opacity', 'nonzero'])
      .optional()
      .describe('As the word alone, where more is to be said beside it.'),
    labels: z.array(whole).min(1).optional().describe('Foreground is where one of these values stands.'),
    threshold: z
      .number()
      .positive()
      .optional()
      .describe('Foreground is where this value or a larger one stands.'),
    ignore: z.array(whole).min(1).optional().describe('Pixels of these values count nowhere.'),
    channel: channel.optional(),
  })
  .refine(
    (of) => [of.as, of.labels, of.threshold].filter((part) => part !== undefined).length <= 1,
    'one of as, labels and threshold, not several',
  );

const words = z.enum(['auto', 'opacity', 'nonzero'], {
  error:
    'one of auto, opacity and nonzero, or what the values mean: labels: [1, 2], threshold: 128, ignore: [255], channel: red',
});
const DESCRIPTION =
  'What the values of mask files mean, once for all files. `auto` (the default): opacity, or `nonzero` where all hold only 0 and 1; anything else is refused by name. `opacity`: 0 to the largest number of the depth. `nonzero`: all but 0 is foreground. Values are those stored in the file.';

/** What the values of ground truths mean. */
export const truthValuesSchema = z.union([words, detailed]).describe(DESCRIPTION);

/** What the values of masks made elsewhere mean; a prediction cannot say which pixels count. */
export const maskValuesSchema = z
  .union([
    words,
    detailed.refine((of) => of.ignore === undefined, 'only a ground truth can have ignored pixels'),
  ])
  .describe(DESCRIPTION);

export type MaskValues = z.output<typeof truthValuesSchema>;

/** How all masks of a dataset are read, and by what that was decided. In manifests: keys are only ever added. */
const maskReading = z
  .object({
    as: z.enum(['opacity', 'nonzero', 'labels', 'threshold']),
    labels: z.exactOptional(z.array(whole).readonly()),
    threshold: z.exactOptional(z.number()),
    ignore: z.exactOptional(z.array(whole).readonly()),
    /**
     * As the user says, or as was found: `cutout` alpha, `grey` the one channel that there is or three that agree, `any`
     * whichever of three is largest.
     */
    channel: z.enum([...channel.options, 'cutout', 'grey', 'any']),
    /**
     * What the files looked at hold, where that decided; absent where the user did. A file that is otherwise contradicts:
     * `plain` masks of two values, `soft` alpha, `unit` masks of 0 and 1.
     */
    decidedBy: z.exactOptional(z.enum(['plain', 'soft', 'unit'])),
  })
  .readonly();
export type MaskReading = z.output<typeof maskReading>;

const readingEvidence = z
  .object({
    /** Files by how they are stored, from their headers. */
    encodings: z.record(text, count),
    /** Files whose pixels were looked at, by what they hold. */
    looked: z.record(text, count),
  })
  .readonly();
export type ReadingEvidence = z.output<typeof readingEvidence>;

/** A choice and its evidence, as a manifest has them. */
export const decidedReading = z.object({ reading: maskReading, evidence: readingEvidence }).readonly();
export type DecidedReading = z.output<typeof decidedReading>;
