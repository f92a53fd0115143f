import { MaskbenchError } from '../core/errors.js';
import { cellFailure, toFailure } from '../core/failure.js';
import { FRESH_READER } from '../datasets/file-reader.js';
import { formatDevice, type DeviceRequest } from '../runners/device.js';
import { runnerOf } from '../runners/runner-of.js';
import type { MatteJob, Outcome, ReadyModel, WorkTimes } from '../runners/runner.js';
import { openCalls, type Calls } from '../store/calls.js';
import type { RunConfig } from '../store/config.js';
import type { EventSink } from '../schema/events.js';
import { openDurableLines, type DurableLines, type Held } from '../core/durable-lines.js';
import { draftOf } from '../core/write-whole.js';
import { keepsAll } from '../store/kept-mattes.js';
import type { RunSettings } from '../store/manifest.js';
import type { Cells } from '../store/cells.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { PredictionRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';
import { maskReadings } from '../store/run-readings.js';
import type { ValuesFields } from '../datasets/values/contradiction.js';
import { cellKeysOf } from './plan-entry.js';
import { predictOnCards } from './predict-on-cards.js';
import { samplesFor, type Walk } from './walk.js';

/** What every phase of a run that computes is given. */
export interface PhaseRequest {
  readonly folder: RunFolder;
  readonly held: Held;
  readonly settings: RunSettings;
  /** Of this machine, for this run. */
  readonly devices: readonly DeviceRequest[];
  readonly models: readonly ReadyModel[];
  /** Go on where ONNX Runtime runs nothing on the device asked for. */
  readonly allowFallback?: boolean;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

interface PredictRequest extends PhaseRequest {
  /** What the user sets where masks' values cannot be read. */
  readonly fields?: ValuesFields | undefined;
  readonly accuracy: RunConfig['accuracy'];
  /** What became of the cells in earlier runs, and becomes of them in this one. */
  readonly cells: Cells;
  /** Only cells whose mattes were found damaged since. */
  readonly damagedOnly?: boolean;
  /** Who says in which order, and when it is enough. */
  readonly walk?: Walk | undefined;
  /** Send pictures again whose earlier call was, or perhaps was, paid for, and gave no matte. */
  readonly retryUnknown?: boolean;
  /** Called when the last model of a sample has ended, or any where mattes are not to pile up, so that scoring can start while others are still predicted. */
  onSampleEnded(sample: PlannedSample): Promise<void>;
}

/** Failures that belong to one model; the others can still be run. */
export const MODEL_FAILURES: ReadonlySet<string> = new Set([
  'model.load',
  'model.signature',
  'runner.crashed',
  'runner.out-of-memory',
  'service.failed',
  'service.refused',
]);

/** What a pass of predictions spent its time with: milliseconds. */
export interface PassTimes extends WorkTimes {
  readonly cells: number;
  readonly wallMs: number;
  /** In which it waited for the disk, and for those who score. */
  readonly diskMs: number;
  readonly scoringMs: number;
}

/**
 * Predicts every planned cell that is not done yet, model after model; cells that failed before are tried again. A cell
 * is done when its matte and its line are on the disk, and then alone does anybody hear of it. A cell
 * that cannot be predicted becomes a failed one with its reason, and the rest goes on; so does a model that fails.
 *
 * @throws MaskbenchError when nothing more can be done: the device is unavailable, the disk is full, interrupted.
 */
export async function predict(request: PredictRequest): Promise<PassTimes> {
  const { folder, held, models, cells, damagedOnly = false, emit } = request;
  const writer = await openDurableLines(folder.predictions, held);
  const isCalled = models.some(({ spec }) => runnerOf(spec).service !== undefined);
  const calls = isCalled ? await openCalls(folder, held) : undefined;
  const start = performance.now();
  const work = { deviceMs: 0, ofDeviceMs: 0, feedingMs: 0, ofFeedingMs: 0 };
  let predicted = 0;
  const lost = new Set<string>();
  try {
    for (const model of models) {
      const { name } = model.spec;
      const total = damagedOnly ? cells.countDamaged(name) : cells.countUnpredicted(name);
      if (total === 0) continue;
      emit({ kind: 'phase-started', phase: 'predict', total, label: name });
      const before = writer.blockedMs();
      const times = await predictModel(request, model, { total, writer, calls, lost });
      predicted += total;
      for (const key of ['deviceMs', 'ofDeviceMs', 'feedingMs', 'ofFeedingMs'] as const)
        work[key] += times?.[key] ?? 0;
      emit({ kind: 'phase-ended', phase: 'predict', blockedMs: writer.blockedMs() - before });
    }
    return {
      ...work,
      cells: predicted,
      wallMs: performance.now() - start,
      diskMs: writer.blockedMs(),
      scoringMs: writer.heldUpMs(),
    };
  } finally {
    await calls?.close();
    await writer.close();
  }
}

interface PassOfModel {
  readonly total: number;
  readonly writer: DurableLines;
  readonly calls: Calls | undefined;
  /** Devices that are gone for the rest of the run. */
  readonly lost: Set<string>;
}

async function predictModel(
  request: PredictRequest,
  model: ReadyModel,
  { total, writer, calls, lost }: PassOfModel,
): Promise<WorkTimes | undefined> {
  const {
    folder,
    settings,
    devices,
    models,
    fields,
    cells,
    damagedOnly,
    walk,
    accuracy,
    allowFallback = false,
    retryUnknown = false,
    emit,
    signal,
  } = request;
  const { name } = model.spec;
  const isLastModel = model === models.at(-1);
  const runner = runnerOf(model.spec);
  const terms = runner.service?.(model.spec);
  const [, shards] = settings.shard ?? [1, 1];
  const ledger =
    terms &&
    calls?.ledgerOf(name, terms, {
      retryUnknown,
      isReopened: (sample) => cells.isReopened(name, sample),
      share: 1 / shards,
    });
  if (terms?.uploadsTo !== undefined) await calls?.allow(name, terms.uploadsTo);
  let ended = 0;
  // Cells that failed in earlier runs are tried again, those that failed in this one are not.
  const failed = new Set<string>();
  const isOpen = (sample: PlannedSample): boolean =>
    damagedOnly === true
      ? cells.isDamaged(name, sample)
      : !cells.isPredicted(name, sample) && !failed.has(nameOf(sample));
  const keysOf = cellKeysOf([model], settings);
  // A runner that read anything besides the picture read it after it was planned.
  const asPlanned = async (sample: PlannedSample, outcome: Outcome): Promise<Outcome> => {
    if (outcome.kind !== 'done') return outcome;
    if ((await keysOf(sample, FRESH_READER))[name] === sample.cells[name]) return outcome;
    const message = 'what it is made from changed since the run was planned';
    return { kind: 'failed', failure: { code: 'data.unreadable', message } };
  };
  const settle = async (
    { sample }: Pick<MatteJob, 'sample'>,
    found: Outcome,
    device: string,
  ): Promise<void> => {
    const outcome = await asPlanned(sample, found);
    const { dataset, id } = sample;
    const onDisk = async (): Promise<void> => {
      if (outcome.kind === 'done') cells.markPredicted(name, sample, outcome.matteSha256);
      else {
        cells.markFailed(name, sample);
        emit({ kind: 'cell-failed', model: name, dataset, id, failure: outcome.failure });
      }
      emit({ kind: 'progress', phase: 'predict', done: ++ended, total });
      // Mattes that are not to stay do not pile up for the models that are yet to come.
      if (isLastModel || !keepsAll(settings)) await request.onSampleEnded(sample);
    };
    if (outcome.kind !== 'done') failed.add(nameOf(sample));
    const cell = {
      key: sample.cells[name],
      model: name,
      dataset,
      id,
      ...(device === settings.device ? {} : { device }),
    };
    await writer.append(toRecord(cell, outcome), {
      ...(outcome.kind === 'done' ? { draft: draftOf(folder.matte(name, dataset, id)) } : {}),
      onDisk,
    });
    // Nobody predicts far ahead of who looks: what is on the disk is being scored. And what was paid for is to be on the disk
    // before more is, so that a kill costs no more than the calls under way.
    if (walk !== undefined || ledger !== undefined) await writer.flush();
  };
  const present = devices.filter((device) => !lost.has(formatDevice(device)));
  const used = runner.readyDevice === undefined ? devices.slice(0, 1) : present;
  const cards = used.map((device) => ({
    device: runner.readyDevice === undefined ? settings.device : formatDevice(device),
    open: (of: AbortSignal) =>
      runner.open(model, {
        device,
        devices: used.length,
        options: settings.runner,
        resize: settings.scoring.resize,
        parallelism: accuracy,
        samples: total,
        allowFallback,
        readings: maskReadings(settings, name, fields),
        ...(ledger === undefined ? {} : { calls: ledger }),
        emit,
        signal: of,
      }),
  }));
  const onLost = (device: string, error: MaskbenchError): void => {
    if (error.code === 'device.unavailable') lost.add(device);
    const message = `${name}: the others go on without ${device}: ${error.message}`;
    emit({ kind: 'warning', message, lost: device });
  };
  try {
    const jobs = jobsOf(folder, name, isOpen, walk);
    const times = await predictOnCards(cards, jobs, { onOutcome: settle, onLost, signal });
    await writer.flush();
    return times;
  } catch (error) {
    await writer.flush();
    if (!(error instanceof MaskbenchError) || !MODEL_FAILURES.has(error.code)) throw error;
    const failure = toFailure(error);
    emit({ kind: 'warning', message: `${name}: ${failure.message}` });
    for await (const sample of samplesFor(folder, walk)) {
      if (isOpen(sample)) await settle({ sample }, { kind: 'failed', failure }, settings.device);
    }
    await writer.flush();
    return undefined;
  }
}

async function* jobsOf(
  folder: RunFolder,
  model: string,
  isOpen: (sample: PlannedSample) => boolean,
  walk: Walk | undefined,
): AsyncGenerator<MatteJob, void, undefined> {
  for await (const sample of samplesFor(folder, walk)) {
    if (!isOpen(sample)) continue;
    yield { sample, mattePath: draftOf(folder.matte(model, sample.dataset, sample.id)).path };
  }
}

function nameOf({ dataset, id }: PlannedSample): string {
  return `${dataset}/${id}`;
}

function toRecord(
  cell: Pick<PredictionRecord, 'key' | 'model' | 'dataset' | 'id' | 'device'>,
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
