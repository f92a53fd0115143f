import { randomBytes } from 'node:crypto';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveCacheDir } from '../../core/cache-folder.js';
import { MaskbenchError } from '../../core/errors.js';
import { isObjectAddress } from '../../core/objects/object-address.js';
import { makeFolder } from '../../core/sync.js';
import { systemCode, unless } from '../../core/system-code.js';
import type { LockOptions } from '../../store/lock-options.js';
import { isKnownGone, parseOwner } from '../../store/lock-owner.js';
import { LOCK, lockRun, type RunLock } from '../../store/lock.js';
import { folderStore, type PlanStore } from '../../store/plan-folder/plan-store.js';
import { readIfThere } from '../../store/wait-for-owner.js';

export interface PlanStoreOptions {
  readonly signal: AbortSignal;
  /** Of a plan in a bucket: between two parts of an attempt at work. */
  readonly saveMs?: number;
  /** Where what is fetched of it lies; it stays there if the work fails, to be taken up. Without it: in the cache, and goes. */
  readonly scratch?: string;
  readonly lock?: LockOptions;
}

/** Unless told. */
const SAVE_MS = 30_000;

/**
 * Does something with a plan, in whatever kind of place it is. What is fetched of one in a bucket lies in a folder of this process, whose name
 * is in no error: there stands the address that somebody named.
 */
export async function withPlanStore<T>(
  address: string,
  { signal, saveMs = SAVE_MS, scratch, lock: waiting = {} }: PlanStoreOptions,
  work: (store: PlanStore) => Promise<T>,
): Promise<T> {
  if (!isObjectAddress(address)) return work(folderStore(address, { ...waiting, signal }));
  const { openBucketStore } = await import('../../store/plan-bucket/bucket-store.js');
  const all = join(resolveCacheDir(), 'plans');
  if (scratch === undefined) await removeScratchOfOthers(all);
  const own = scratch ?? join(all, randomBytes(8).toString('hex'));
  const folder = join(own, 'plan');
  const lock = await lockScratch(own, { ...waiting, signal, what: 'what is fetched of this plan' });
  let isDone = false;
  try {
    await makeFolder(folder);
    const done = await work(await openBucketStore(address, { folder, saveMs, signal }));
    isDone = true;
    return done;
  } catch (error) {
    throw atAddress(error, folder, address);
  } finally {
    if (isDone || scratch === undefined) await rm(folder, { recursive: true, force: true });
    await lock.release();
    // Another process may wait for it, and has a lock in there by now.
    await rmdir(own).catch(unless('ENOENT', 'ENOTEMPTY', 'EEXIST'));
  }
}

/** Of several that fetch into one folder, each is done with it, and removes it, before the next begins. */
async function lockScratch(own: string, options: LockOptions): Promise<RunLock> {
  for (;;) {
    await makeFolder(own);
    try {
      return await lockRun(own, options);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

/** Removes what processes have left that were killed on this machine. */
async function removeScratchOfOthers(all: string): Promise<void> {
  for (const name of (await readdir(all).catch(unless('ENOENT'))) ?? []) {
    const owner = parseOwner((await readIfThere(join(all, name, LOCK))) ?? '');
    if (owner !== undefined && isKnownGone(owner))
      await rm(join(all, name), { recursive: true, force: true });
  }
}

function atAddress(error: unknown, folder: string, address: string): unknown {
  if (!(error instanceof MaskbenchError)) return error;
  const { code, message, where, remedy, cause } = error;
  const there = (text: string): string => text.replaceAll(folder, () => address);
  return new MaskbenchError(code, there(message), {
    where: there(where ?? address),
    ...(remedy === undefined ? {} : { remedy: there(remedy) }),
    cause,
  });
}
