import { z } from 'zod';
import { failure, metricValue, orNull, text } from './basics.js';
import { flipCount, flipOf, intervalMethod, metricMean, thresholdCost } from './summary.js';

const names = { method: z.exactOptional(text), dataset: z.exactOptional(text) };
const byProtocol = z.record(text, text).describe('Signatures by protocol.');

/** Means have no null here: the reason stands in its place. */
const mean = metricMean.extend({ mean: metricValue }).meta({ id: 'Mean' });
const means = z.record(text, mean).describe('By metric id.');
const threshold = orNull(z.object(thresholdCost));

/** One of it, or, where there are several methods or datasets, one for each, by method and then by dataset. */
const single = <S extends z.ZodType>(
  of: S,
): z.ZodUnion<[S, z.ZodRecord<z.ZodString, z.ZodRecord<z.ZodString, S>>]> =>
  z.union([of, z.record(text, z.record(text, of))]);

export const scoreDocumentSchema = z
  .object({
    signature: byProtocol,
    images: z.array(z.object({ ...names, id: text, metrics: z.record(text, metricValue) })),
    summary: single(means),
    aggregation: z.object({ mean: byProtocol, pooled: byProtocol, intervals: intervalMethod }),
    threshold: single(threshold).describe('What the threshold costs; null where fixed is not scored.'),
    flips: orNull(z.object({ ...flipCount, images: z.array(z.object({ ...names, id: text, ...flipOf })) })),
    failures: z.array(failure.extend({ ...names, id: text })),
    warnings: z.array(text),
  })
  .meta({
    title: 'Maskbench scores',
    description: 'Scores of masks made elsewhere: what "maskbench score --format json" prints.',
  });
