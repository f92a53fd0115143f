import { readdir, rm } from 'node:fs/promises';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';
import { explainWriteError } from '../../core/failed-write.js';
import { unless } from '../../core/system-code.js';
import { lockRun } from '../../store/lock.js';
import { readPlan } from '../../store/plan-folder/plan-document.js';
import { planFolder } from '../../store/plan-folder/plan-folder.js';
import { shardsOf } from './published-shards.js';

/** Removes the attempts at published shards that are not their results, with what they said last; none in which a process is at work. */
export async function cleanAttempts(path: string, signal: AbortSignal): Promise<Cleaned> {
  return clean(path, signal).catch((error: unknown) => {
    throw explainWriteError(error, path, 'clean again');
  });
}

interface Cleaned {
  readonly removed: number;
  /** Attempts in which a process is at work. */
  readonly inUse: readonly string[];
}

async function clean(path: string, signal: AbortSignal): Promise<Cleaned> {
  const folder = planFolder(path);
  const plan = await readPlan(folder);
  const inUse: string[] = [];
  let removed = 0;
  for await (const { line, publication } of shardsOf(folder, plan)) {
    throwIfCancelled(signal);
    if (publication === undefined) continue;
    const names = (await readdir(folder.attempts(line.shard)).catch(unless('ENOENT'))) ?? [];
    for (const name of names.filter((of) => of !== publication.attempt)) {
      const attempt = folder.attempt(line.shard, name);
      if (name.endsWith('.json')) await rm(attempt, { force: true });
      else if (await isAtWork(attempt)) inUse.push(attempt);
      else {
        await rm(attempt, { recursive: true, force: true });
        removed++;
      }
    }
  }
  return { removed, inUse };
}

async function isAtWork(attempt: string): Promise<boolean> {
  try {
    await (await lockRun(attempt, { waitMs: 0 })).release();
    return false;
  } catch (error) {
    if (error instanceof MaskbenchError && error.code === 'run.locked') return true;
    throw error;
  }
}
