import { z } from 'zod';
import { count, text, type Document } from './basics.js';
import { cellCounts, evidenceSchema } from './evidence.js';

const matteFault = z.object({
  model: text,
  dataset: text,
  id: text,
  found: z.enum(['missing', 'empty', 'changed']),
});
export type MatteFault = Document<typeof matteFault>;

export const verificationSchema = z
  .object({
    run: text,
    evidence: evidenceSchema,
    cells: cellCounts,
    files: count.describe('Of the run folder beside its mattes and its seal.'),
    lines: count.describe('Of the files of lines, all of which were looked at.'),
    sums: z.enum(['all', 'as far as there are']).describe('Lines that 0.1 wrote have none.'),
    summary: z
      .enum(['as the records', 'not compared', 'none'])
      .describe('What this Maskbench did not sum up itself may differ in its ways, and is not compared.'),
    mattes: z.object({
      checked: count.describe('Mattes whose pixels were compared with the digest of their prediction.'),
      notKept: z
        .exactOptional(count)
        .describe('Mattes that the run was not to keep, once they were scored: a missing one is no fault.'),
      faults: z.array(matteFault),
    }),
  })
  .meta({
    title: 'Maskbench verification',
    description: 'What a run folder was found to be: what "maskbench verify --json" prints.',
  });

/** What a run folder was found to be, every byte of it. */
export type Verification = Document<typeof verificationSchema>;
