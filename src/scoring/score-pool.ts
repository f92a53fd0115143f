import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { compiledEntry } from '../core/package-root.js';
import type { SampleScores, ScoreTask } from './score-worker.js';

/** Worker threads that decode, score and measure samples; one a core, started when there is work. */
export interface ScorePool {
  /** Tasks that may be under way or wait at once: enough to keep the threads busy, few enough to keep memory flat. */
  readonly width: number;
  run(task: ScoreTask): Promise<SampleScores>;
  /** Waits for the tasks that run. */
  close(): Promise<void>;
  /** Ends at once. */
  destroy(): Promise<void>;
}

/** Tasks for each worker thread. */
const TASKS_PER_THREAD = 2;

export function openScorePool(): ScorePool {
  const threads = availableParallelism();
  const pool = new Piscina<ScoreTask, SampleScores>({
    filename: compiledEntry(new URL('./score-worker.js', import.meta.url)),
    maxThreads: threads,
    minThreads: 0,
    idleTimeout: 1000,
  });
  return {
    width: threads * TASKS_PER_THREAD,
    run: (task) => pool.run(task),
    close: () => pool.close(),
    destroy: () => pool.destroy(),
  };
}
