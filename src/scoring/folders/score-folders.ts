import { throwIfCancelled } from '../../core/cancelled.js';
import { toError, type Failure } from '../../core/failure.js';
import { mapInOrder } from '../../core/map-in-order.js';
import type { CellFailure, FlipSummary, ThresholdRow } from '../../schema/summary.js';
import type { Conventions, Metric } from '../../metrics/metric.js';
import { metricsOf, protocolsOf } from '../../metrics/registry.js';
import { bestThreshold } from '../aggregate/best-threshold.js';
import { scoreRow } from '../aggregate/score-row.js';
import { tallyCurves, tallyScores, type GroupScores } from '../aggregate/tally.js';
import { SCORE_WIDTH, scoreOnThread } from '../score-pool.js';
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
export type FolderCell = Pick<CellFailure, 'model' | 'dataset' | 'id'> & ScoreResult;

/** What the cells of a plan come to. */
export interface FolderResults {
  readonly metrics: readonly Metric[];
  /** One per method and dataset, datasets in the order of the plan. */
  readonly scores: readonly FolderScores[];
  readonly flips: FlipSummary | undefined;
  /** In the order of the plan. */
  readonly failures: readonly CellFailure[];
}

export type FolderScores = Omit<GroupScores, 'columns'> & {
  /** Where a protocol reads masks at the threshold. */
  readonly threshold: Pick<ThresholdRow, 'used' | 'best' | 'cost'> | undefined;
};

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
  const scored = mapInOrder(plannedTruths(plan), SCORE_WIDTH, (truth) => scoreTruth(truth, scoring));
  for await (const cells of scored) {
    throwIfCancelled(signal);
    yield cells;
  }
}

const NOTHING: SampleScores = { cells: [], truth: null };

async function scoreTruth(
  { dataset, id, truth, picture, predictions }: PlannedTruth,
  { protocols, conventions, readings, resize }: FolderScoring,
): Promise<readonly FolderCell[]> {
  const fail = (failure: Failure): readonly FolderCell[] =>
    predictions.map(({ method: model }) => ({ model, dataset, id, status: 'failed', failure }));
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
  const { cells: scored, contradiction } = mattePaths.length === 0 ? NOTHING : await scoreOnThread(task);
  if (contradiction !== undefined) throw toError(contradiction);
  let next = 0;
  return predictions.map(({ method, mask }) => {
    const result: ScoreResult =
      mask.kind === 'file' ? scored[next++] : { status: 'failed', failure: mask.failure };
    return { model: method, dataset, id, ...result };
  });
}

/**
 * Adds the cells of a plan up, whoever scored them; `onTruth` is told of those of one ground truth after another. Kept are a
 * few numbers of each, and the failed ones.
 */
export async function sumCells(
  cells: AsyncIterable<readonly FolderCell[]>,
  { groups }: FolderPlan,
  { protocols, conventions }: FolderScoring,
  onTruth: (cells: readonly FolderCell[]) => void,
): Promise<FolderResults> {
  const metrics = metricsOf(protocols);
  const ids = metrics.map(({ meta }) => meta.id);
  const names = groups.flatMap(({ dataset, methods }) =>
    methods.map(({ method: model }) => ({ model, dataset })),
  );
  const tally = tallyScores(names, metrics, conventions.empty);
  const readings = protocolsOf(protocols).flatMap(({ curves }) =>
    curves?.holdsThreshold === true ? curves : [],
  );
  const curves = tallyCurves(readings, conventions);
  for await (const ofTruth of cells) {
    for (const cell of ofTruth) {
      if (cell.status === 'failed') {
        tally.failed(cell, cell.failure);
        continue;
      }
      tally.scored(cell, scoreRow(ids, cell.metrics, cell.counts));
      if (readings.length > 0 && cell.histogram !== undefined) curves.add(cell, cell.histogram);
    }
    onTruth(ofTruth);
  }
  const { groups: scores, flips, failures } = tally.finish();
  const thresholdOf = (group: GroupScores): FolderScores['threshold'] =>
    curves
      .of(group)
      .map(bestThreshold)
      .find((of) => of !== undefined);
  return {
    metrics,
    scores: scores.map(({ columns: _columns, ...group }, i) => ({
      ...group,
      threshold: thresholdOf(scores[i]),
    })),
    flips,
    failures,
  };
}
