import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeMatte, decodeTruth } from '../../src/image/codec.js';
import type { GrayImage } from '../../src/image/raster.js';

/** Values of public reference implementations for one pair of mattes; null where the reference has no finite value. */
const Value = z.number().nullable();
const Thresholded = z.object({ adp: Value, mean: Value, max: Value, binary: Value });
const Expected = z.object({
  shape: z.tuple([z.number(), z.number()]),
  fixed_threshold_128: z.object({
    tp: z.number(),
    fp: z.number(),
    fn: z.number(),
    tn: z.number(),
    iou: Value,
    dice: Value,
    pixel_accuracy: Value,
  }),
  pysodmetrics: z.object({
    mae: Value,
    adp_f: Value,
    mean_f: Value,
    max_f: Value,
    adp_e: Value,
    mean_e: Value,
    max_e: Value,
    s: Value,
    wf: Value,
    iou: Thresholded,
    dice: Thresholded,
    oa: Thresholded,
    ber: Thresholded,
    kappa: Thresholded,
    precision: Thresholded,
    recall: Thresholded,
    specificity: Thresholded,
  }),
});
export type ExpectedValues = z.infer<typeof Expected>;

export interface GoldenCase {
  readonly name: string;
  readonly expected: ExpectedValues;
  load(): Promise<{ readonly prediction: GrayImage; readonly truth: GrayImage }>;
}

const EDGE_CASES = join(import.meta.dirname, 'golden');
const SHARED_CASES = join(import.meta.dirname, '../../../shared/golden');

/** Cases drawn for this project: empty, full, constant, one pixel, thin, narrow and soft masks. Always present. */
export const edgeCases = casesIn(EDGE_CASES);

/** Real masks and predictions; none where the shared reference values are not beside the checkout. */
export const realCases = casesIn(SHARED_CASES).filter(({ name }) => name.startsWith('real-'));

function casesIn(folder: string): readonly GoldenCase[] {
  if (!existsSync(folder)) return [];
  const values = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));
  return readdirSync(join(folder, 'cases'))
    .sort()
    .map((name) => ({
      name,
      expected: Expected.parse(values[name]),
      load: async () => ({
        prediction: await decodeMatte(join(folder, 'cases', name, 'pred.png')),
        truth: await decodeTruth(join(folder, 'cases', name, 'gt.png')),
      }),
    }));
}
