import { existsSync } from 'node:fs';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { count, figure, text, type Document } from '../../schema/basics.js';
import { cellCounts } from '../../schema/evidence.js';
import { readDocument } from '../read-document.js';
import { sealedFile } from '../seal.js';
import type { PlanFolder } from './plan-folder.js';
import { publishedPart, type PlanStore } from './plan-store.js';

export const PUBLICATION_VERSION = 1;

const parts = z
  .exactOptional(z.array(publishedPart))
  .describe('Of an attempt in a bucket: what it consists of there, by the digests of the indexes.');

const publicationSchema = z.object({
  schemaVersion: z.literal(PUBLICATION_VERSION),
  plan: text.describe('The root of the plan.'),
  shard: count,
  attempt: text.describe('The token of the attempt: its folder in attempts/<shard>.'),
  root: text.describe("Of the attempt's seal."),
  files: z
    .record(text, sealedFile)
    .describe('As its seal says; mattes are covered by their digests in predictions.jsonl.'),
  parts,
  cells: cellCounts,
  seconds: figure.describe('From the start of the attempt to its seal.'),
  reused: count.describe('Cells that were taken over from earlier attempts.'),
  host: text,
});
/** Says which attempt is the result of a shard. */
export type Publication = Document<typeof publicationSchema>;

/**
 * The result of a shard, if there is one.
 *
 * @throws MaskbenchError `run.damaged` for one of another plan or shard; `data.unreadable`; `run.mismatch` (a later version).
 */
export async function readPublication(
  folder: PlanFolder,
  shard: number,
  plan: string,
): Promise<Publication | undefined> {
  const path = folder.publication(shard);
  if (!existsSync(path)) return undefined;
  const remedy = `remove it and run "maskbench work" for shard ${shard} again`;
  const found = await readDocument(path, publicationSchema, {
    versions: { schemaVersion: PUBLICATION_VERSION },
    missing: { message: `shard ${shard} is not published`, where: path },
    remedy,
  });
  const fault =
    found.plan !== plan
      ? 'it is the result of a shard of another plan'
      : found.shard !== shard
        ? `it is the result of shard ${found.shard}, which is there twice, and not of shard ${shard}`
        : undefined;
  if (fault === undefined) return found;
  throw new MaskbenchError('run.damaged', fault, { where: path, remedy });
}

/**
 * Makes an attempt the result of its shard: of several at once, one wins.
 *
 * @param replace whether a result that is there goes
 * @returns whether it is the result now; not so if another one was first.
 */
export async function publish(
  store: PlanStore,
  publication: Publication,
  options: { readonly replace?: boolean } = {},
): Promise<boolean> {
  return store.putOnce(store.folder.publication(publication.shard), publication, options);
}

const timesSchema = z.object({
  schemaVersion: z.literal(PUBLICATION_VERSION),
  plan: text,
  pool: text.describe('What machines have in common whose times are figures of one thing.'),
  attempt: text,
  files: z.record(text, sealedFile),
  parts,
  host: text,
});
/** Says which attempt has the times on machines of one kind. */
export type TimesPublication = Document<typeof timesSchema>;

const poolName = (pool: string): string => sha256(pool).slice(0, 12);

/** As `publish`, of times: one for every kind of machine. */
export async function publishTimes(
  store: PlanStore,
  publication: TimesPublication,
  options: { readonly replace?: boolean } = {},
): Promise<boolean> {
  return store.putOnce(store.folder.times(poolName(publication.pool)), publication, options);
}

/** Those on machines of one kind, if there are any. @throws MaskbenchError as `readPublication`. */
export async function readTimes(
  folder: PlanFolder,
  pool: string,
  plan: string,
): Promise<TimesPublication | undefined> {
  return existsSync(folder.times(poolName(pool))) ? readTimesNamed(folder, poolName(pool), plan) : undefined;
}

/** Those under the digest of a kind of machines. @throws MaskbenchError as `readPublication`. */
export async function readTimesNamed(
  folder: PlanFolder,
  name: string,
  plan: string,
): Promise<TimesPublication> {
  const path = folder.times(name);
  const remedy = 'remove it, and take the times again with "maskbench work --time"';
  const found = await readDocument(path, timesSchema, {
    versions: { schemaVersion: PUBLICATION_VERSION },
    missing: { message: 'no times', where: path },
    remedy,
  });
  if (found.plan === plan && poolName(found.pool) === name) return found;
  throw new MaskbenchError('run.damaged', 'these are times of another plan or of other machines', {
    where: path,
    remedy,
  });
}
