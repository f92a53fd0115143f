import { MaskbenchError } from '../core/errors.js';
import { toFailure } from '../core/failure.js';
import { parseDevice } from '../runners/device.js';
import { predictAll, type Outcome } from '../runners/predict-pool.js';
import type { RunConfig } from './config.js';
import type { EventSink } from './events.js';
import { openJsonl, type JsonlWriter } from './jsonl.js';
import type { RunModel, RunSettings } from './manifest.js';
import { divideCores } from './parallelism.js';
import { countCells, doneKeys, plannedSamples } from './plan-reader.js';
import type { PlannedSample, PredictionRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

export interface PredictRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly accuracy: RunConfig['accuracy'];
  /** Local file of each model's network, by model name. */
  readonly modelPaths: ReadonlyMap<string, string>;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** Called when the last model of a sample has ended, so that scoring can start while others are still predicted. */
  onSampleEnded(sample: PlannedSample, isPredicted: (key: string) => boolean): Promise<void>;
}

/** Failures that belong to one model; the others can still be run. */
const MODEL_FAILURES: ReadonlySet<string> = new Set([
  'model.load',
  'model.signature',
  'runner.crashed',
  'runner.out-of-memory',
]);

/**
 * Predicts every planned cell that is not done yet, model after model; cells that failed before are tried again. A cell
 * that cannot be predicted becomes a failed one with its reason, and the rest goes on; so does a model that fails.
 *
 * @throws MaskbenchError when nothing more can be done: the device is not to be had, the disk is full, interrupted.
 */
export async function predict(request: PredictRequest): Promise<void> {
  const { folder, settings, emit } = request;
  const settled: Settled = { done: await doneKeys(folder), failed: new Set() };
  const writer = await openJsonl(folder.predictions);
  try {
    for (const model of settings.models) {
      const total = await countCells(folder, model.spec.name, isOpen(settled));
      if (total === 0) continue;
      emit({ kind: 'phase-started', phase: 'predict', total, label: model.spec.name });
      await predictModel(request, model, total, settled, writer);
      emit({ kind: 'phase-ended', phase: 'predict' });
    }
  } finally {
    await writer.close();
  }
}

async function predictModel(
  request: PredictRequest,
  model: RunModel,
  total: number,
  settled: Settled,
  writer: JsonlWriter,
): Promise<void> {
  const { folder, settings, emit } = request;
  const { name, input, output } = model.spec;
  const device = parseDevice(settings.device);
  const { processes, threads } = divideCores(request.accuracy, device, model.bytes, total);
  const isLastModel = model === settings.models.at(-1);
  let ended = 0;
  const settle = async (sample: PlannedSample, outcome: Outcome): Promise<void> => {
    const cell = { key: sample.cells[name], model: name, dataset: sample.dataset, id: sample.id };
    await writer.append(toRecord(cell, outcome));
    settled[outcome.kind].add(cell.key);
    if (outcome.kind === 'failed') {
      const { model: of, dataset, id } = cell;
      emit({ kind: 'cell-failed', model: of, dataset, id, failure: outcome.failure });
    }
    emit({ kind: 'progress', phase: 'predict', done: ++ended, total });
    if (isLastModel) await request.onSampleEnded(sample, (key) => settled.done.has(key));
  };
  try {
    await predictAll<PlannedSample>({
      load: {
        kind: 'load',
        modelPath: request.modelPaths.get(name) ?? '',
        input,
        output,
        device,
        options: settings.runner,
        threads,
      },
      processes,
      items: plannedSamples(folder, name, isOpen(settled)),
      jobOf: ({ imagePath, dataset, id }) => ({ imagePath, mattePath: folder.matte(name, dataset, id) }),
      onOutcome: settle,
      signal: request.signal,
    });
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !MODEL_FAILURES.has(error.code)) throw error;
    const failure = toFailure(error);
    emit({ kind: 'warning', message: `${name}: ${failure.message}` });
    for await (const sample of plannedSamples(folder, name, isOpen(settled))) {
      await settle(sample, { kind: 'failed', failure });
    }
  }
}

/** Keys of the cells that have ended: in earlier runs or in this one, failed ones in this one only. */
interface Settled {
  readonly done: Set<string>;
  readonly failed: Set<string>;
}

function isOpen({ done, failed }: Settled): (key: string) => boolean {
  return (key) => !done.has(key) && !failed.has(key);
}

function toRecord(
  cell: Pick<PredictionRecord, 'key' | 'model' | 'dataset' | 'id'>,
  outcome: Outcome,
): PredictionRecord {
  if (outcome.kind === 'failed') return { ...cell, status: 'failed', failure: outcome.failure };
  const { phases, matteSha256, width, height } = outcome;
  return { ...cell, status: 'done', phases, matteSha256, width, height };
}
