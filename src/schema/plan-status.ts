import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';
import { cellCounts } from './evidence.js';

export const planStatusSchema = z
  .object({
    plan: text.describe('The root of the plan.'),
    shards: count,
    samples: count,
    published: z.object({ shards: count, cells: cellCounts }),
    running: z
      .array(z.object({ shard: count, attempt: text, host: text, pid: count, since: text }))
      .describe('Attempts that gave a sign of life while they were looked at.'),
    failed: z
      .array(
        z.object({
          shard: count,
          attempts: count,
          code: orNull(text).describe(
            'Of the error by which the last attempt ended; null: it was killed, or is silent.',
          ),
          message: text,
        }),
      )
      .describe('Shards that were tried, are not published, and that nobody is at work on.'),
    missing: z.array(count).describe('Shards that nobody has tried.'),
    array: text.describe('What to hand out again, as engines take it: `7,91`; empty where nothing is.'),
    secondsLeft: orNull(figure).describe(
      'By what published shards took; null where none is, or nothing is left.',
    ),
  })
  .meta({
    title: 'Maskbench status of a plan',
    description: 'How far the shards of a plan have come (docs/scale.md).',
  });
/** How far a plan has come. Shards count from 1. */
export type PlanStatus = Document<typeof planStatusSchema>;
