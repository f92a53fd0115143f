import { z } from 'zod';
import { EXIT_STATUS, type ErrorCode } from '../core/errors.js';

export const text = z.string();
/** JSON has neither NaN nor infinities, and neither has this. */
export const figure = z.number();
export const count = z.number().int().nonnegative();
export const orNull = <S extends z.ZodType>(schema: S): z.ZodNullable<S> => schema.nullable();

const [first, ...others] = Object.keys(EXIT_STATUS) as ErrorCode[];
const errorCode = z.enum([first, ...others]);

/** A `Failure`. */
export const failure = z
  .object({ code: errorCode, message: text, where: z.exactOptional(text) })
  .meta({ id: 'Failure', description: 'Why there is no result.' });

/** An `Undefined`. */
export const undefinedValue = z
  .object({ undefined: text })
  .meta({ id: 'Undefined', description: 'Why there is no figure.' });

/** A `MetricValue`. */
export const metricValue = z.union([figure, undefinedValue]);

/** An `Interval`. */
export const interval = z.union([z.tuple([figure, figure]), undefinedValue]);

/** A `MetricMean`. */
export const metricMean = z
  .object({
    mean: orNull(figure).describe(
      'Over the images where the metric is defined; null where it is defined nowhere.',
    ),
    n: count,
    undefined: count.describe('Images that are scored and where the metric is undefined.'),
    interval: z.exactOptional(interval).describe('Of the mean, over images.'),
    pooled: z.exactOptional(metricValue).describe('The score of the counts of all images together.'),
    pooledInterval: z.exactOptional(interval),
  })
  .meta({ id: 'MetricMean' });

/** An `IntervalMethodSummary`. */
export const intervalMethod = z
  .object({
    level: figure,
    resamples: count,
    seed: count,
    mean: text,
    meanOfDatasets: text,
    pooled: text,
  })
  .meta({ id: 'IntervalMethod', description: 'How the intervals were made.' });

const thresholdPoint = z.object({ threshold: count, iou: figure });

/** What the threshold in use costs against the best one. */
export const thresholdCost = { used: thresholdPoint, best: thresholdPoint, cost: figure };
