import type { Failure } from '../core/failure.js';
import { readJsonl } from '../core/jsonl.js';
import { scoreRow, type ScoreRow } from '../scoring/aggregate/score-row.js';
import { cellName } from './cell-key.js';
import type { PredictionRecord, ScoreRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

/** Of a planned cell that nobody has come to yet. */
export const NOT_DONE: Failure = { code: 'cancelled', message: 'not done yet; continue with --resume' };

/** By cell of score key: its scores and counts, or why the cell has none. */
export async function readScores(
  folder: RunFolder,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ScoreRow | Failure>> {
  const scores = new Map<string, ScoreRow | Failure>();
  for await (const record of readJsonl<ScoreRecord>(folder.scores)) {
    const values = record.status === 'failed' ? record.failure : scoreRow(ids, record.metrics, record.counts);
    scores.set(cellName(record.key, record.model, record), values);
  }
  return scores;
}

/** By cell: why its last prediction failed. */
export async function readPredictionFailures(folder: RunFolder): Promise<ReadonlyMap<string, Failure>> {
  const failures = new Map<string, Failure>();
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    const cell = cellName(record.key, record.model, record);
    if (record.status === 'failed') failures.set(cell, record.failure);
    else failures.delete(cell);
  }
  return failures;
}
