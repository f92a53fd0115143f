import { readFile, writeFile, link } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { makeFolder, syncFile, syncFolder } from '../../core/sync.js';
import { count, text, type Document } from '../../schema/basics.js';
import { systemCode } from '../../core/system-code.js';
import { acceptDraft, discardDraft, draftOf } from '../../core/write-whole.js';
import { BEAT_MS } from '../lock-options.js';
import { planFolder, type PlanFolder } from './plan-folder.js';

/** A part of an attempt in a bucket: its tar, and the index of that by its digest. */
export const publishedPart = z.object({ bytes: count, sha256: text });
export type PublishedPart = Document<typeof publishedPart>;

/** An attempt as it goes to where its plan is, while it is at work. */
export interface Kept {
  /**
   * To be called once nothing of the attempt is written any more.
   *
   * @param isDone whether it has come to its end, and all of it is wanted
   * @returns what it consists of there, where that is not its folder.
   */
  end(isDone: boolean): Promise<readonly PublishedPart[] | undefined>;
}

/**
 * Where a plan is: in a folder that all hosts see, or in a bucket. Whoever works on it reads and writes files of `folder`; here is what else has
 * to be done for it, which is nothing where that is the plan itself. Methods of a bucket throw as it does.
 */
export interface PlanStore {
  /** As somebody named it. */
  readonly address: string;
  readonly folder: PlanFolder;
  /** Between two looks at an attempt that says that it is at work. */
  readonly lookMs: number;
  /** Whether mattes are still in `folder` when a command has ended. */
  readonly isLasting: boolean;
  /** Results are there: of one shard, or of all, and of times. */
  bringResults(shard?: number): Promise<void>;
  /** Every shard's list is there. */
  bringLists(): Promise<void>;
  /** What an attempt at a shard needs is there: its list, models' files, and what earlier attempts have done. */
  bringShard(shard: number): Promise<void>;
  /** A published attempt is there. */
  bringAttempt(
    shard: number,
    of: { readonly attempt: string; readonly parts?: readonly PublishedPart[] },
  ): Promise<void>;
  /** What attempts at a shard say of themselves is there as it is now. */
  look(shard: number): Promise<void>;
  keep(shard: number, token: string): Kept;
  /** A file of the folder has changed. */
  send(path: string): Promise<void>;
  /** The plan is whole. @throws MaskbenchError `run.mismatch` where another one got there first. */
  sendPlan(): Promise<void>;
  /**
   * Puts a document in its place where there is none: of several at once, one wins.
   *
   * @param replace whether one that is there goes
   * @returns whether it is this one that is there now.
   */
  putOnce(path: string, document: object, options: { readonly replace?: boolean }): Promise<boolean>;
}

const nothing = async (): Promise<void> => undefined;

/** A plan in a folder that all hosts see. */
export function folderStore(path: string): PlanStore {
  const folder = planFolder(path);
  return {
    address: path,
    folder,
    lookMs: 2.5 * BEAT_MS,
    isLasting: true,
    bringResults: nothing,
    bringLists: nothing,
    bringShard: nothing,
    bringAttempt: nothing,
    look: nothing,
    keep: () => ({ end: async () => undefined }),
    send: nothing,
    sendPlan: nothing,
    putOnce: (at, document, { replace = false }) => linkOnce(folder, at, document, replace),
  };
}

/** By one link of a file that is whole and on the disk. */
async function linkOnce(
  folder: PlanFolder,
  path: string,
  document: object,
  replace: boolean,
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
      remedy: 'put the plan on one that has them: a local disk, NFS, Lustre, GPFS, CephFS; or into a bucket',
      cause: error,
    },
  );
}
