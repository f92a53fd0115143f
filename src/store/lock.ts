import { readFileSync } from 'node:fs';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';

/**
 * One writer in a run folder at a time. The lock file names its process; a lock whose process is gone is taken over
 * at once, so that a run can be resumed right after a `kill -9`. (Locks that expire by time would make it wait.)
 */
interface RunLock {
  /** @throws MaskbenchError `run.locked` where another process has taken over. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in clock ticks since boot, where the system tells: a pid may be used again. */
  readonly started: string | null;
  readonly since: string;
}

/** @throws MaskbenchError `run.locked`, naming the process that holds the folder. */
export async function lockRun(folder: string): Promise<RunLock> {
  const path = join(folder, '.lock');
  const mine = `${path}.${process.pid}`;
  const content = JSON.stringify(self());
  await writeFile(mine, content);
  try {
    for (;;) {
      // `link` fails if the lock exists, and puts the whole content in place at once.
      const placed = await link(mine, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (placed) break;
      await removeStale(path, folder);
    }
  } finally {
    await unlink(mine).catch(() => undefined);
  }
  const isHeld = async (): Promise<boolean> =>
    (await readFile(path, 'utf8').catch(() => undefined)) === content;
  return {
    async assertHeld() {
      if (await isHeld()) return;
      throw new MaskbenchError('run.locked', 'another process has taken over this run', { where: folder });
    },
    async release() {
      if (await isHeld()) await unlink(path).catch(() => undefined);
    },
  };
}

async function removeStale(path: string, folder: string): Promise<void> {
  const seen = await readFile(path, 'utf8').catch(() => undefined);
  if (seen === undefined) return;
  const holder = parseHolder(seen);
  if (holder !== undefined && isAlive(holder)) throw locked(folder, holder);
  // Renaming first makes sure that of two processes only one removes this very lock.
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== seen) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

function locked(folder: string, holder: Holder): MaskbenchError {
  return new MaskbenchError(
    'run.locked',
    `process ${holder.pid} on ${holder.host} is writing this run since ${holder.since}`,
    { where: folder, remedy: `wait for it, or remove ${join(folder, '.lock')} if that process is gone` },
  );
}

function self(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    started: startTime(process.pid),
    since: new Date().toISOString(),
  };
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** A process on another host cannot be looked at, and counts as alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const started = startTime(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

/** Field 22 of /proc/<pid>/stat; null where there is no such file. A zombie counts as gone. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
