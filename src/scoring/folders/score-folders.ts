import { throwIfCancelled } from '../../core/cancelled.js';
import { toError, type Failure } from '../../core/failure.js';
import { mapInOrder } from '../../core/map-in-order.js';
import type { Conventions } from '../../metrics/metric.js';
import { openScorePool, type ScorePool } from '../score-pool.js';
import type { SampleScores, ScoreResult } from '../score-worker.js';
import type { FolderReadings } from './folder-readings.js';
import { plannedTruths, type FolderPlan, type PlannedTruth } from './folder-plan.js';

export interface FolderScoring {
  readonly protocols: readonly string[];
  readonly conventions: Conventions;
  /** How masks are read, by dataset; decided before anything is scored. */
  readonly readings: FolderReadings;
  /** Whether predictions of another size are brought to their ground truth's, or are failures. */
  readonly resize: boolean;
}

/** What came of one method's prediction of one image. */
export type FolderCell = {
  readonly method: string;
  readonly dataset: string;
  readonly id: string;
} & ScoreResult;

/**
 * Scores masks that were made elsewhere, on worker threads, each ground truth once with the predictions of all methods.
 * Gives the cells of one ground truth after another, in the order of the plan; only a few are in memory at a time.
 *
 * @throws MaskbenchError `cancelled`, or `data.values` for a mask that contradicts how all are read; whatever else is wrong with one image is a failed cell.
 */
export async function* scoreFolders(
  plan: FolderPlan,
  scoring: FolderScoring,
  signal: AbortSignal,
): AsyncGenerator<readonly FolderCell[], void, undefined> {
  const pool = openScorePool();
  try {
    for await (const cells of mapInOrder(plannedTruths(plan), pool.width, (truth) =>
      scoreTruth(truth, scoring, pool),
    )) {
      throwIfCancelled(signal);
      yield cells;
    }
    await pool.close();
  } finally {
    await pool.destroy();
  }
}

const NOTHING: SampleScores = { cells: [], truth: null };

async function scoreTruth(
  { dataset, id, truth, picture, predictions }: PlannedTruth,
  { protocols, conventions, readings, resize }: FolderScoring,
  pool: ScorePool,
): Promise<readonly FolderCell[]> {
  const fail = (failure: Failure): readonly FolderCell[] =>
    predictions.map(({ method }) => ({ method, dataset, id, status: 'failed', failure }));
  if (truth.kind === 'none') return fail(truth.failure);
  if (picture?.kind === 'none') return fail(picture.failure);
  const { truths, methods } = readings.of(dataset);
  const there = predictions.flatMap(({ method, mask }) =>
    mask.kind === 'file' ? [{ method, ...mask }] : [],
  );
  const mattePaths = there.map(({ path }) => path);
  const matteReadings = there.map(({ method }) => methods(method));
  const files = { truthPath: truth.path, ...(picture === undefined ? {} : { imagePath: picture.path }) };
  const reads = { truthReading: truths, matteReadings };
  const task = { ...files, ...reads, mattePaths, protocols, conventions, resize };
  const { cells: scored, contradiction } = mattePaths.length === 0 ? NOTHING : await pool.run(task);
  if (contradiction !== undefined) throw toError(contradiction);
  let next = 0;
  return predictions.map(({ method, mask }) => {
    const result: ScoreResult =
      mask.kind === 'file' ? scored[next++] : { status: 'failed', failure: mask.failure };
    return { method, dataset, id, ...result };
  });
}
