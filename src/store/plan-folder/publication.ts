import { existsSync } from 'node:fs';
import { link, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { sha256 } from '../../core/hash.js';
import { makeFolder, syncFile, syncFolder } from '../../core/sync.js';
import { systemCode } from '../../core/system-code.js';
import { acceptDraft, discardDraft, draftOf } from '../../core/write-whole.js';
import { count, figure, text, type Document } from '../../schema/basics.js';
import { cellCounts } from '../../schema/evidence.js';
import { readDocument } from '../read-document.js';
import { sealedFile } from '../seal.js';
import type { PlanFolder } from './plan-folder.js';

export const PUBLICATION_VERSION = 1;

const publicationSchema = z.object({
  schemaVersion: z.literal(PUBLICATION_VERSION),
  plan: text.describe('The root of the plan.'),
  shard: count,
  attempt: text.describe('The token of the attempt: its folder in attempts/<shard>.'),
  root: text.describe("Of the attempt's seal."),
  files: z
    .record(text, sealedFile)
    .describe('As its seal says; mattes are covered by their digests in predictions.jsonl.'),
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
 * Makes an attempt the result of its shard, by one link of a file that is whole and on the disk: of several at once, one wins.
 *
 * @param replace whether a result that is there goes
 * @returns whether it is the result now; not so if another one was first.
 */
export async function publish(
  folder: PlanFolder,
  publication: Publication,
  options: { readonly replace?: boolean } = {},
): Promise<boolean> {
  return linkOnce(folder, folder.publication(publication.shard), publication, options);
}

const timesSchema = z.object({
  schemaVersion: z.literal(PUBLICATION_VERSION),
  plan: text,
  pool: text.describe('What machines have in common whose times are figures of one thing.'),
  attempt: text,
  files: z.record(text, sealedFile),
  host: text,
});
/** Says which attempt has the times on machines of one kind. */
export type TimesPublication = Document<typeof timesSchema>;

const poolName = (pool: string): string => sha256(pool).slice(0, 12);

/** As `publish`, of times: one for every kind of machine. */
export async function publishTimes(
  folder: PlanFolder,
  publication: TimesPublication,
  options: { readonly replace?: boolean } = {},
): Promise<boolean> {
  return linkOnce(folder, folder.times(poolName(publication.pool)), publication, options);
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

async function linkOnce(
  folder: PlanFolder,
  path: string,
  document: object,
  { replace = false }: { readonly replace?: boolean },
): Promise<boolean> {
  await makeFolder(folder.published);
  const draft = draftOf(path);
  const content = `${JSON.stringify(document, null, 2)}\n`;
  try {
    await writeFile(draft.path, content);
    if (replace) {
      await acceptDraft(draft);
      return true;
    }
    await syncFile(draft.path);
    const isFirst = await link(draft.path, path).then(
      () => true,
      async (error: unknown) => {
        // Over a network the answer may be lost, and the question asked again: what is there may be ours.
        if (systemCode(error) === 'EEXIST') return (await readFile(path, 'utf8')) === content;
        throw explained(error, folder.path);
      },
    );
    await syncFolder(folder.published);
    return isFirst;
  } finally {
    await discardDraft(draft);
  }
}

const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function explained(error: unknown, where: string): unknown {
  if (!NO_LINKS.includes(systemCode(error))) return error;
  return new MaskbenchError(
    'usage',
    'this file system has no hard links, by which a shard is published once',
    {
      where,
      remedy: 'put the plan on one that has them: a local disk, NFS, Lustre, GPFS, CephFS',
      cause: error,
    },
  );
}
