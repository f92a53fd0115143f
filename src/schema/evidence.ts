import { z } from 'zod';
import { count, text, type Document } from './basics.js';

/** What a run's cells have come to. */
export const cellCounts = z.object({ planned: count, scored: count, failed: count });
export type CellCounts = Document<typeof cellCounts>;

const part = {
  shard: z
    .exactOptional(z.tuple([count, count]).readonly())
    .describe('[i, n] of a run that is only shard i of n.'),
};

export const evidenceSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('sealed'),
      root: text.describe('SHA-256 over everything that the seal covers (docs/evidence.md).'),
      later: z
        .exactOptional(text)
        .describe('The version of Maskbench that sealed it after the run, by what it found then.'),
      ...part,
    }),
    z.object({ kind: z.literal('unfinished'), ...cellCounts.shape, ...part }),
    z.object({
      kind: z.literal('partial'),
      ...cellCounts.shape,
      after: count.describe('Images that a check had looked at when it was decided, and stopped the run.'),
      ...part,
    }),
    z.object({
      kind: z.literal('unsealed'),
      version: text.describe('Of the Maskbench whose runs have no seal.'),
      ...part,
    }),
  ])
  .meta({ id: 'Evidence', description: 'Whether the files of a run are whole, and shown to be.' });

/** Whether the files of a run are whole, and shown to be. */
export type Evidence = Document<typeof evidenceSchema>;

/** Of folders and baselines that were made before there were seals. */
export const UNSEALED: Evidence = { kind: 'unsealed', version: '0.1' };

/** Digits of a digest where people read it. */
const SHOWN_DIGITS = 12;

export const shortDigest = (digest: string): string => digest.slice(0, SHOWN_DIGITS);

/** The mark of a run in every report: `sealed 1f0a…`, `sealed later, by 0.2`, `unfinished`, `unsealed (0.1)`; of a shard with its number. */
export function evidenceMark(evidence: Evidence): string {
  const mark = markOf(evidence);
  return evidence.shard === undefined ? mark : `${mark}, only ${shardMark(evidence.shard)}`;
}

/** `shard 1 of 4`. */
export const shardMark = ([i, n]: readonly [number, number]): string => `shard ${i} of ${n}`;

function markOf(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'sealed': {
      const when = evidence.later === undefined ? 'sealed' : `sealed later, by ${evidence.later}`;
      return `${when} (${shortDigest(evidence.root)})`;
    }
    case 'unfinished': {
      const { planned, scored, failed } = evidence;
      const open = planned - scored - failed;
      return open === 0
        ? `unfinished (${scored} scored, ${failed} failed of ${planned} cells; it ended before its seal)`
        : `unfinished (${scored} scored, ${failed} failed, ${open} open of ${planned} cells)`;
    }
    case 'partial': {
      const { planned, scored, after } = evidence;
      return `partial: stopped by check after ${after} images (${scored} of ${planned} cells scored)`;
    }
    case 'unsealed':
      return `unsealed (${evidence.version})`;
  }
}
