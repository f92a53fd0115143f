import { z } from 'zod';
import { count, text, type Document } from './basics.js';

export const plannedSample = z
  .object({
    kind: z.literal('sample'),
    dataset: text,
    id: text,
    imagePath: text,
    truthPath: text,
    imageSha256: text,
    truthSha256: text,
    /** Of the image, after EXIF orientation. */
    width: count,
    height: count,
    /** E.g. DIS5K's `group` and `category`, Humans' `split`, and those from `attributes` of the spec. */
    attributes: z
      .record(text, z.union([text, z.number()]))
      .describe('What the layout and the spec say of the sample.'),
    unit: z
      .exactOptional(text)
      .describe('The independent unit that it belongs to, where the spec of its dataset names one.'),
    turn: z
      .exactOptional(count)
      .describe('When it comes, from 0, in a run that ends once a check is decided.'),
    cells: z.record(text, text).describe('Cell key by model name.'),
  })
  .describe('A sample as it was planned: its files, their bytes, and the cell of each model.');
export type PlannedSample = Document<typeof plannedSample>;
