import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { MaskbenchError } from '../core/errors.js';
import { signaturesOf } from '../metrics/signature.js';
import { scoreKey } from './cell-key.js';
import { compiledEntry } from '../core/compiled-entry.js';
import type { EventSink } from './events.js';
import { openJsonl, readJsonl } from './jsonl.js';
import type { RunSettings } from './manifest.js';
import { doneKeys, plannedSamples } from './plan-reader.js';
import type { PlannedSample, ScoreRecord } from './records.js';
import type { RunFolder } from './run-folder.js';
import type { ScoreResult, ScoreTask } from './score-worker.js';

/** Scores samples on worker threads, each once all its models have ended. */
export interface Scorer {
  /** Queues the cells of a sample that are not scored yet; resolves as soon as the queue has room. */
  offer(sample: PlannedSample, isPredicted: (key: string) => boolean): Promise<void>;
  /** Waits for all that was offered. */
  close(): Promise<void>;
}

/** Samples that wait at most, for each worker thread; beyond, `offer` holds its caller back. */
const WAITING_PER_THREAD = 2;

export async function openScorer(folder: RunFolder, settings: RunSettings, emit: EventSink): Promise<Scorer> {
  const { protocols, threshold, empty } = settings.scoring;
  const conventions = { threshold, empty };
  const signatures = signaturesOf(protocols, conventions);
  const scored = await scoredKeys(folder);
  const writer = await openJsonl(folder.scores);
  const threads = availableParallelism();
  const pool = new Piscina<ScoreTask, readonly ScoreResult[]>({
    filename: compiledEntry(new URL('./score-worker.js', import.meta.url)),
    maxThreads: threads,
    minThreads: 0,
    idleTimeout: 1000,
  });
  const running = new Set<Promise<void>>();
  let broken: unknown;

  const scoreSample = async (sample: PlannedSample, cells: readonly OpenCell[]): Promise<void> => {
    const { dataset, id, truthPath } = sample;
    const mattePaths = cells.map(({ model }) => folder.matte(model, dataset, id));
    const results = await pool.run({ truthPath, mattePaths, protocols, conventions });
    for (const [i, { model, key }] of cells.entries()) {
      const record: ScoreRecord = { key, model, dataset, id, ...results[i] };
      await writer.append(record);
      if (record.status === 'failed')
        emit({ kind: 'cell-failed', model, dataset, id, failure: record.failure });
    }
  };

  return {
    async offer(sample, isPredicted) {
      if (broken !== undefined) throw broken;
      const cells = Object.entries(sample.cells)
        .filter(([, cell]) => isPredicted(cell))
        .map(([model, cell]) => ({ model, key: scoreKey(cell, sample.truthSha256, signatures) }))
        .filter(({ key }) => !scored.has(key));
      if (cells.length === 0) return;
      for (const { key } of cells) scored.add(key);
      const work = scoreSample(sample, cells)
        .catch((error: unknown) => {
          broken ??= error;
        })
        .finally(() => running.delete(work));
      running.add(work);
      while (running.size >= threads * WAITING_PER_THREAD) await Promise.race(running);
    },
    async close() {
      await Promise.all(running);
      await pool.close();
      await writer.close();
      if (broken !== undefined) throw broken;
    },
  };
}

interface OpenCell {
  readonly model: string;
  readonly key: string;
}

/** Scores every predicted cell that has no score yet under the run's conventions. */
export async function scoreRemaining(
  folder: RunFolder,
  scorer: Scorer,
  emit: EventSink,
  signal: AbortSignal,
): Promise<void> {
  const predicted = await doneKeys(folder);
  emit({ kind: 'phase-started', phase: 'score', total: undefined, label: 'masks' });
  let done = 0;
  for await (const sample of plannedSamples(folder)) {
    if (signal.aborted)
      throw new MaskbenchError('cancelled', 'interrupted', { remedy: 'continue with --resume' });
    await scorer.offer(sample, (key) => predicted.has(key));
    emit({ kind: 'progress', phase: 'score', done: ++done, total: undefined });
  }
  emit({ kind: 'phase-ended', phase: 'score' });
}

async function scoredKeys(folder: RunFolder): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key, status } of readJsonl<ScoreRecord>(folder.scores)) {
    if (status === 'done') keys.add(key);
    else keys.delete(key);
  }
  return keys;
}
