import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { constants, copyFile, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { writeWhole } from '../core/write-whole.js';
import { BEAT_MS, type LockOptions } from './lock-options.js';
import { newOwner, ownerText, tokenOf } from './lock-owner.js';
import { linesFiles, runFolder } from './run-folder.js';
import { unless } from '../core/system-code.js';
import { readIfThere, waiterFor, type Waiter } from './wait-for-owner.js';

/**
 * One writer in a run folder at a time, also across hosts and containers. The lock names its owner and holds a counter that
 * the owner moves on. An owner that the system knows to be gone is followed at once. Of any other the counter is watched, by
 * the watcher's own clock: it stands still for as long as agreed, and the owner is taken to be gone. It may only have been
 * stopped: so whoever follows it gives every file of lines a fresh copy, and the old owner, once it goes on, writes into files
 * that have no name any more until it looks at the lock again.
 */
export interface RunLock {
  /** Which no other lock has, also in another container. */
  readonly token: string;
  /** To be called after a file of the run is opened, and before anything is written. @throws MaskbenchError `run.lost`. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** Of a folder that is being written. */
export const LOCK = '.lock';

/** @throws MaskbenchError `run.locked`, naming the process that holds the folder; `cancelled`. */
export async function lockRun(folder: string, options: LockOptions = {}): Promise<RunLock> {
  const path = join(folder, LOCK);
  const owner = newOwner();
  const { file, contested } = await take(path, owner, waiterFor(folder, options));
  let settled = false;
  let beats = 0;
  const beat = async (): Promise<void> => {
    await file.write(ownerText(owner, settled, ++beats), 0);
    // For those who see the file from another host.
    await file.datasync();
  };
  let beating = Promise.resolve();
  const next = (): void => {
    // A beat that fails is one that is missed. Should the lock be lost by it, `assertHeld` says so.
    beating = beating.then(beat).catch(() => undefined);
  };
  const timer = setInterval(next, BEAT_MS).unref();
  const assertHeld = async (): Promise<void> => {
    if (tokenOf((await readIfThere(path)) ?? '') === owner.token) return;
    // One who takes over leaves a run there, also when it has ended.
    if (!existsSync(path) && !existsSync(runFolder(folder).manifest)) {
      throw new MaskbenchError('run.lost', 'the run folder was removed while the run was written', {
        where: folder,
        remedy: 'remove what is left there, and start again',
      });
    }
    throw new MaskbenchError('run.lost', 'another process has taken over', {
      where: folder,
      remedy: 'this one gave no sign of life for too long; continue with --resume when the other has ended',
    });
  };
  const release = async (): Promise<void> => {
    clearInterval(timer);
    await beating;
    // At one go: what lies between is time in which the lock may become another's.
    if (tokenOf(tryReadSync(path)) === owner.token) unlinkSync(path);
    await file.close();
  };
  try {
    await removeOldLocks(folder, owner.token);
    if (contested) await replaceLines(folder);
    settled = true;
    next();
    await beating;
    await assertHeld();
  } catch (error) {
    await release();
    throw error;
  }
  return { token: owner.token, assertHeld, release };
}

interface Taken {
  readonly file: FileHandle;
  /** Whether an earlier owner may still be there, and write. */
  readonly contested: boolean;
}

/**
 * Puts a lock of ours at the path. To follow an owner that is gone takes a claim, which is a lock too and names whom it
 * follows: only one who holds it replaces the lock, and the claim itself becomes the new one.
 */
async function take(path: string, owner: ReturnType<typeof newOwner>, waiter: Waiter): Promise<Taken> {
  for (;;) {
    const file = await open(path, 'wx').catch(unless('EEXIST'));
    if (file !== undefined) {
      await file.write(ownerText(owner, false, 0), 0).catch(async (error: unknown) => {
        await rm(path, { force: true });
        await file.close();
        throw error;
      });
      return { file, contested: false };
    }
    const gone = await waiter(path);
    if (gone === undefined) continue;
    const claim = `${path}.after-${tokenOf(gone.text)}`;
    const claimed = await take(claim, owner, waiter);
    if ((await readIfThere(path)) === gone.text) await rename(claim, path).catch(unless('ENOENT'));
    // Not so if one who held the claim before us and was stopped has gone on in between.
    if (tokenOf((await readIfThere(path)) ?? '') === owner.token)
      return { file: claimed.file, contested: claimed.contested || !gone.isOver };
    await rm(claim, { force: true });
    await claimed.file.close();
  }
}

/** Claims and locks that were left behind; a claim on our own lock is another's business. */
async function removeOldLocks(folder: string, token: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${LOCK}.`) && !name.startsWith(`${LOCK}.after-${token}`))
      await rm(join(folder, name), { force: true });
  }
}

/** Gives every file of lines a fresh copy: who has one of them open goes on in a file without a name. */
async function replaceLines(folder: string): Promise<void> {
  const paths = runFolder(folder);
  for (const file of linesFiles('made', 'lines', 'lines-of-one-machine')) {
    if (!existsSync(paths[file])) continue;
    await writeWhole(paths[file], (draft) => copyFile(paths[file], draft, constants.COPYFILE_FICLONE));
  }
}

function tryReadSync(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
