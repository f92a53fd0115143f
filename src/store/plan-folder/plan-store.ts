import { existsSync } from 'node:fs';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { makeFolder, syncFile, syncFolder } from '../../core/sync.js';
import { counted } from '../../core/text.js';
import { count, text, type Document } from '../../schema/basics.js';
import { systemCode, unless } from '../../core/system-code.js';
import { acceptDraft, discardDraft, draftOf } from '../../core/write-whole.js';
import { BEAT_MS, GONE_AFTER_MS, type LockOptions } from '../lock-options.js';
import { isKnownGone, parseOwner } from '../lock-owner.js';
import { LOCK } from '../lock.js';
import { runFolder } from '../run-folder.js';
import { readIfThere } from '../wait-for-owner.js';
import { movingOn } from './moving-on.js';
import { planFolder, TOKEN_CHARACTERS, type PlanFolder } from './plan-folder.js';

/** A part of an attempt in a bucket: its tar, and the index of that by its digest. */
export const publishedPart = z.object({ bytes: count, sha256: text });
export type PublishedPart = Document<typeof publishedPart>;

/** An attempt at a shard. */
export interface Attempt {
  readonly shard: number;
  readonly token: string;
}

/** An attempt as it goes to where its plan is, while it is at work. */
export interface Kept {
  /**
   * To be called once nothing of the attempt is written any more.
   *
   * @param isDone whether it has come to its end, and all of it is wanted
   * @returns what it consists of there, where that is not its folder.
   */
  end(isDone: boolean): Promise<readonly PublishedPart[] | undefined>;
  /** @throws MaskbenchError `run.lost` where something of what it consists of is there no more, as one that was silent for long may be taken for dead. */
  assertWhole(): Promise<void>;
  /** Nobody is at work on it any more: until then it says that it is. */
  release(): Promise<void>;
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
  /** The tokens of all attempts at a shard that have left anything. */
  attemptsAt(shard: number): Promise<readonly string[]>;
  /** Those of some attempts in which a process is at work; of one that cannot be looked at its lock is watched, for a minute at most. */
  atWork(attempts: readonly Attempt[]): Promise<readonly Attempt[]>;
  /** All that an attempt has left goes, what it said last too. */
  removeAttempt(attempt: Attempt): Promise<void>;
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

/** What attempts leave: `<token>` (in a bucket `<token>/`) and `<token>.ended.json`. */
const LEFT = new RegExp(`^([0-9a-f]{${TOKEN_CHARACTERS}})(/|\\.ended\\.json)?$`);

/** The tokens of the attempts that have left these, each once. */
export function tokensIn(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => LEFT.exec(name)?.[1] ?? []))];
}

/** What the lock of an attempt holds, unless its owner is known to be gone: nothing is written there only to look. */
async function heldLock(attempt: string): Promise<string | undefined> {
  const held = await readIfThere(join(attempt, LOCK));
  const owner = parseOwner(held ?? '');
  return owner !== undefined && isKnownGone(owner) ? undefined : held;
}

const nothing = async (): Promise<void> => undefined;

/** @throws MaskbenchError `run.lost`. */
function assertThere(attempt: string): void {
  if (existsSync(runFolder(attempt).manifest)) return;
  throw new MaskbenchError('run.lost', 'this attempt was removed meanwhile', {
    where: attempt,
    remedy: 'the same command works on the shard once more',
  });
}

/** A plan in a folder that all hosts see. */
export function folderStore(
  path: string,
  { goneAfterMs = GONE_AFTER_MS, onWait, signal }: LockOptions = {},
): PlanStore {
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
    keep: (shard, token) => ({
      end: async () => undefined,
      assertWhole: async () => assertThere(folder.attempt(shard, token)),
      release: nothing,
    }),
    attemptsAt: async (shard) =>
      tokensIn((await readdir(folder.attempts(shard)).catch(unless('ENOENT'))) ?? []),
    atWork: (attempts) =>
      movingOn(attempts, ({ shard, token }) => heldLock(folder.attempt(shard, token)), {
        everyMs: BEAT_MS,
        untilMs: goneAfterMs,
        signal,
        onWatch: (locked) =>
          onWait?.(
            `${counted(locked, 'attempt')} may still be at work elsewhere; watched for up to ${Math.round(goneAfterMs / 1000)} s`,
          ),
      }),
    async removeAttempt({ shard, token }) {
      // What is looked at before an attempt is published goes first.
      await rm(runFolder(folder.attempt(shard, token)).manifest, { force: true });
      await rm(folder.attempt(shard, token), { recursive: true, force: true });
      await rm(folder.ended(shard, token), { force: true });
    },
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
