import { z } from 'zod';
import { formatMegabytes } from '../../../core/text.js';
import type { PairComparison } from '../../../schema/comparison.js';
import type { Verdict } from '../../../schema/verdict.js';
import type { Finding } from '../rules/rule.js';

/** A limit on bytes: against the baseline's, or by itself. */
export const resourceLimit = z
  .strictObject({
    maximumRatio: z.number().positive().optional().describe('Candidate over baseline.'),
    maximumMegabytes: z
      .number()
      .positive()
      .optional()
      .describe("Of the candidate's own, by a million bytes."),
  })
  .optional();

/** Bytes of something on both sides; null where it is not known of both. */
export type BothBytes = PairComparison['peakRssBytes'];

/** Of the model files; null where a model has none, as masks made elsewhere have not. */
export function sizesOf({ baseline, candidate }: PairComparison): BothBytes {
  if (baseline.bytes === 0 || candidate.bytes === 0) return null;
  return { baseline: baseline.bytes, candidate: candidate.bytes };
}

/** A finding for each limit that is set. */
export function limitFindings(
  id: string,
  what: string,
  unknown: string,
  { maximumRatio, maximumMegabytes }: NonNullable<z.output<typeof resourceLimit>>,
  bytes: BothBytes,
): readonly Finding[] {
  // a ratio near its limit is made of tenths; of less than one there are the digits that are left
  const megabytes = (value: number): string =>
    `${value < 1e5 ? formatMegabytes(value) : (value / 1e6).toFixed(1)} MB`;
  const evidence =
    bytes === null
      ? unknown
      : `${what} ${megabytes(bytes.baseline)} before, ${megabytes(bytes.candidate)} now (${(bytes.candidate / bytes.baseline).toFixed(3)} x)`;
  const finding = (
    limit: string,
    text: string,
    holds: (candidate: number, baseline: number) => boolean,
  ): Finding => {
    const verdict: Verdict =
      bytes === null ? 'inconclusive' : holds(bytes.candidate, bytes.baseline) ? 'pass' : 'fail';
    return {
      id: `${id}/${limit}`,
      rule: `${what}: at most ${text}`,
      verdict,
      evidence,
      figures: { baseline: bytes?.baseline ?? null, candidate: bytes?.candidate ?? null },
      images: [],
    };
  };
  return [
    ...(maximumRatio === undefined
      ? []
      : [
          finding('ratio', `${maximumRatio} x the baseline's`, (now, before) => now <= before * maximumRatio),
        ]),
    ...(maximumMegabytes === undefined
      ? []
      : [finding('megabytes', `${maximumMegabytes} MB`, (now) => now <= maximumMegabytes * 1e6)]),
  ];
}
