import { MaskbenchError } from '../core/errors.js';
import { signaturesOf } from '../metrics/signature.js';
import { cellName, scoreKey } from '../store/cell-key.js';
import type { EventSink } from '../schema/events.js';
import { openJsonl, readJsonl } from '../core/jsonl.js';
import type { RunSettings } from '../store/manifest.js';
import { doneCells, plannedSamples } from '../store/plan-reader.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { ScoreRecord, TruthRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';
import { openScorePool } from '../scoring/score-pool.js';

/** Scores samples on worker threads, each once all its models have ended. */
export interface Scorer {
  /** Queues the cells of a sample that are not scored yet, and its ground truth; resolves when the queue has room. */
  offer(sample: PlannedSample, isPredicted: (cell: string) => boolean): Promise<void>;
  /** Waits for all that was offered. */
  close(): Promise<void>;
}

export async function openScorer(folder: RunFolder, settings: RunSettings, emit: EventSink): Promise<Scorer> {
  const { protocols, ...conventions } = settings.scoring;
  const signatures = signaturesOf(protocols, conventions);
  const scored = await scoredCells(folder);
  const writer = await openJsonl(folder.scores);
  const measured = await measuredTruths(folder);
  const truths = await openJsonl(folder.truths);
  const pool = openScorePool();
  const running = new Set<Promise<void>>();
  let broken: unknown;

  const scoreSample = async (
    sample: PlannedSample,
    cells: readonly OpenCell[],
    attributes: boolean,
  ): Promise<void> => {
    const { dataset, id, imagePath, truthPath, truthSha256, attributes: layout } = sample;
    const mattePaths = cells.map(({ model }) => folder.matte(model, dataset, id));
    const result = await pool.run({
      truthPath,
      imagePath,
      mattePaths,
      protocols,
      conventions,
      attributes,
    });
    if (result.truth !== null) {
      await truths.append({ dataset, id, truthSha256, layout, ...result.truth } satisfies TruthRecord);
    }
    for (const [i, { model, key }] of cells.entries()) {
      const record: ScoreRecord = { key, model, dataset, id, ...result.cells[i] };
      await writer.append(record);
      if (record.status === 'failed')
        emit({ kind: 'cell-failed', model, dataset, id, failure: record.failure });
    }
  };

  return {
    async offer(sample, isPredicted) {
      if (broken !== undefined) throw broken;
      const cells = Object.entries(sample.cells)
        .filter(([model, key]) => isPredicted(cellName(key, model, sample)))
        .map(([model, key]) => ({ model, key: scoreKey(key, sample.truthSha256, signatures) }))
        .filter(({ key, model }) => !scored.has(cellName(key, model, sample)));
      const isNewTruth = !measured.has(truthName(sample));
      if (cells.length === 0 && !isNewTruth) return;
      for (const { key, model } of cells) scored.add(cellName(key, model, sample));
      measured.add(truthName(sample));
      const work = scoreSample(sample, cells, isNewTruth)
        .catch((error: unknown) => {
          broken ??= error;
        })
        .finally(() => running.delete(work));
      running.add(work);
      while (running.size >= pool.width) await Promise.race(running);
    },
    async close() {
      await Promise.all(running);
      await pool.close();
      await writer.close();
      await truths.close();
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
  const predicted = await doneCells(folder);
  emit({ kind: 'phase-started', phase: 'score', total: undefined, label: 'masks' });
  let done = 0;
  for await (const sample of plannedSamples(folder)) {
    if (signal.aborted)
      throw new MaskbenchError('cancelled', 'interrupted', { remedy: 'continue with --resume' });
    await scorer.offer(sample, (cell) => predicted.has(cell));
    emit({ kind: 'progress', phase: 'score', done: ++done, total: undefined });
  }
  emit({ kind: 'phase-ended', phase: 'score' });
}

async function scoredCells(folder: RunFolder): Promise<Set<string>> {
  const cells = new Set<string>();
  for await (const record of readJsonl<ScoreRecord>(folder.scores)) {
    const cell = cellName(record.key, record.model, record);
    if (record.status === 'done') cells.add(cell);
    else cells.delete(cell);
  }
  return cells;
}

/** Names of the ground truths that are measured; those that could not be read are tried again. */
async function measuredTruths(folder: RunFolder): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const record of readJsonl<TruthRecord>(folder.truths)) {
    if (record.status === 'done') names.add(truthName(record));
    else names.delete(truthName(record));
  }
  return names;
}

function truthName({
  dataset,
  id,
  truthSha256,
}: Pick<TruthRecord, 'dataset' | 'id' | 'truthSha256'>): string {
  return `${truthSha256.slice(0, 24)} ${dataset}/${id}`;
}
