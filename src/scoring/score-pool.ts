import { availableParallelism } from 'node:os';
import { SHARE_ENV } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { pluginsOf } from '../core/plugins/load-plugins.js';
import { compiledEntry } from '../core/package-root.js';
// Before any thread is: what may be read is set for all of them.
import '../image/open-sharp.js';
import type { SampleScores, ScoreTask } from './score-worker.js';

const THREADS = availableParallelism();

/** Tasks that may be under way or wait at once: enough to keep the threads busy, few enough to keep memory flat. */
export const SCORE_WIDTH = 2 * THREADS;

/** A thread without work waits so long for the next run: to start one takes a quarter of a second. */
const IDLE_MS = 5000;

let pool: Piscina<ScoreTask, SampleScores> | undefined;

/**
 * Decodes, scores and measures a sample on a worker thread. Threads are started when there is work, at most one a core,
 * and are those of the whole process; they end by themselves, and do not keep the process.
 */
export function scoreOnThread(task: ScoreTask): Promise<SampleScores> {
  pool ??= new Piscina({
    filename: compiledEntry(new URL('./score-worker.js', import.meta.url)),
    maxThreads: THREADS,
    minThreads: 0,
    idleTimeout: IDLE_MS,
    // The limit of pixels is in there, and may be another one in the next run.
    env: SHARE_ENV,
  });
  const plugins = pluginsOf(task.protocols);
  return pool.run(plugins.length === 0 ? task : { ...task, plugins });
}

/** Ends the threads once they have no work, for what must be alone on the machine. */
export async function endScoreThreads(): Promise<void> {
  const ending = pool;
  pool = undefined;
  await ending?.close();
}
