import { existsSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
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
  { replace = false }: { readonly replace?: boolean } = {},
): Promise<boolean> {
  const path = folder.publication(publication.shard);
  await makeFolder(folder.published);
  const draft = draftOf(path);
  const content = `${JSON.stringify(publication, null, 2)}\n`;
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

/** Takes a result away, so that its shard can be worked on again. */
export async function unpublish(folder: PlanFolder, shard: number): Promise<void> {
  await rm(folder.publication(shard), { force: true });
  await syncFolder(folder.published);
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
