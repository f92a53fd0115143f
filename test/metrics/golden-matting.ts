import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { edgeCases, realCases, type GoldenCase } from './golden-cases.js';

/** The reference values that only the matting and boundary tests read; null where the reference has no finite value. */
const Expected = z.object({
  'boundary_iou_0.02': z.number().nullable(),
  mba: z.number().nullable(),
  matting_whole_image: z.object({
    sad: z.number(),
    mse: z.number(),
    mad: z.number(),
    grad: z.number(),
    conn: z.number(),
  }),
  pysodmetrics: z.object({ ms_iou: z.object({ adp: z.number(), binary: z.number() }) }),
});

export interface MattingCase extends Pick<GoldenCase, 'name' | 'load'> {
  readonly expected: z.infer<typeof Expected>;
}

/** Cases drawn for this project; always present. */
export const edgeMattingCases = withValues(edgeCases, join(import.meta.dirname, 'golden/expected.json'));

/** Real mattes; none where the shared reference values are not beside the checkout. */
export const realMattingCases = withValues(
  realCases,
  join(import.meta.dirname, '../../../shared/golden/expected.json'),
);

function withValues(cases: readonly GoldenCase[], file: string): readonly MattingCase[] {
  if (!existsSync(file)) return [];
  const values = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
  return cases.map(({ name, load }) => ({ name, load, expected: Expected.parse(values[name]) }));
}
