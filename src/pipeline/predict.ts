import { MaskbenchError } from '../core/errors.js';
import { cellFailure, toFailure } from '../core/failure.js';
import { parseDevice } from '../runners/device.js';
import { runnerOf } from '../runners/runner-of.js';
import type { MatteJob, Outcome, PredictSession, ReadyModel } from '../runners/runner.js';
import type { MaskReading } from '../schema/mask-values.js';
import type { RunConfig } from '../store/config.js';
import type { EventSink } from '../schema/events.js';
import { openJsonl, type JsonlWriter } from '../core/jsonl.js';
import type { RunLock } from '../store/lock.js';
import type { RunSettings } from '../store/manifest.js';
import type { Cells } from '../store/cells.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { PredictionRecord } from '../store/records.js';
import { plannedSamples, type RunFolder } from '../store/run-folder.js';

interface PredictRequest {
  readonly folder: RunFolder;
  readonly lock: RunLock;
  readonly settings: RunSettings;
  readonly accuracy: RunConfig['accuracy'];
  /** Go on where ONNX Runtime runs nothing on the device asked for. */
  readonly allowFallback?: boolean;
  readonly models: readonly ReadyModel[];
  /** What became of the cells in earlier runs, and becomes of them in this one. */
  readonly cells: Cells;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** Called when the last model of a sample has ended, so that scoring can start while others are still predicted. */
  onSampleEnded(sample: PlannedSample): Promise<void>;
}

/** Failures that belong to one model; the others can still be run. */
export const MODEL_FAILURES: ReadonlySet<string> = new Set([
  'model.load',
  'model.signature',
  'runner.crashed',
  'runner.out-of-memory',
]);

/**
 * Predicts every planned cell that is not done yet, model after model; cells that failed before are tried again. A cell
 * that cannot be predicted becomes a failed one with its reason, and the rest goes on; so does a model that fails.
 *
 * @throws MaskbenchError when nothing more can be done: the device is unavailable, the disk is full, interrupted.
 */
export async function predict(request: PredictRequest): Promise<void> {
  const { folder, lock, models, cells, emit } = request;
  const writer = await openJsonl(folder.predictions, lock.assertHeld);
  try {
    for (const model of models) {
      const total = cells.countUnpredicted(model.spec.name);
      if (total === 0) continue;
      emit({ kind: 'phase-started', phase: 'predict', total, label: model.spec.name });
      await predictModel(request, model, total, writer);
      emit({ kind: 'phase-ended', phase: 'predict' });
    }
  } finally {
    await writer.close();
  }
}

async function predictModel(
  request: PredictRequest,
  model: ReadyModel,
  total: number,
  writer: JsonlWriter,
): Promise<void> {
  const { folder, settings, models, cells, accuracy, allowFallback = false, emit, signal } = request;
  const { name } = model.spec;
  const isLastModel = model === models.at(-1);
  let ended = 0;
  // Cells that failed in earlier runs are tried again, those that failed in this one are not.
  const failed = new Set<string>();
  const isOpen = (sample: PlannedSample): boolean =>
    !cells.isPredicted(name, sample) && !failed.has(nameOf(sample));
  const settle = async ({ sample }: Pick<MatteJob, 'sample'>, outcome: Outcome): Promise<void> => {
    const cell = { key: sample.cells[name], model: name, dataset: sample.dataset, id: sample.id };
    await writer.append(toRecord(cell, outcome));
    if (outcome.kind === 'done') cells.markPredicted(name, sample);
    else {
      failed.add(nameOf(sample));
      const { model: of, dataset, id } = cell;
      emit({ kind: 'cell-failed', model: of, dataset, id, failure: outcome.failure });
    }
    emit({ kind: 'progress', phase: 'predict', done: ++ended, total });
    if (isLastModel) await request.onSampleEnded(sample);
  };
  let session: PredictSession | undefined;
  try {
    session = await runnerOf(model.spec).open(model, {
      device: parseDevice(settings.device),
      options: settings.runner,
      resize: settings.scoring.resize,
      parallelism: accuracy,
      samples: total,
      allowFallback,
      readings: readingsOfMasks(settings, name),
      emit,
      signal,
    });
    await session.predict(jobsOf(folder, name, isOpen), settle);
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !MODEL_FAILURES.has(error.code)) throw error;
    const failure = toFailure(error);
    emit({ kind: 'warning', message: `${name}: ${failure.message}` });
    for await (const sample of plannedSamples(folder)) {
      if (isOpen(sample)) await settle({ sample }, { kind: 'failed', failure });
    }
  } finally {
    await session?.close();
  }
}

function readingsOfMasks({ datasets }: RunSettings, model: string): ReadonlyMap<string, MaskReading> {
  return new Map(
    datasets.flatMap(({ name, masks }) => {
      const decided = masks?.[model];
      return decided === undefined ? [] : [[name, decided.reading] as const];
    }),
  );
}

async function* jobsOf(
  folder: RunFolder,
  model: string,
  isOpen: (sample: PlannedSample) => boolean,
): AsyncGenerator<MatteJob, void, undefined> {
  for await (const sample of plannedSamples(folder)) {
    if (isOpen(sample)) yield { sample, mattePath: folder.matte(model, sample.dataset, sample.id) };
  }
}

function nameOf({ dataset, id }: PlannedSample): string {
  return `${dataset}/${id}`;
}

function toRecord(
  cell: Pick<PredictionRecord, 'key' | 'model' | 'dataset' | 'id'>,
  outcome: Outcome,
): PredictionRecord {
  if (outcome.kind !== 'done') return { ...cell, status: 'failed', failure: cellFailure(outcome.failure) };
  const { phases, matteSha256, width, height, raw, constant } = outcome;
  return {
    ...cell,
    status: 'done',
    phases,
    matteSha256,
    width,
    height,
    ...(raw === undefined ? {} : { raw }),
    ...(constant === undefined ? {} : { constant }),
  };
}
