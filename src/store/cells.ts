import { statSync } from 'node:fs';
import type { Failure } from '../core/failure.js';
import type { Line } from '../core/jsonl.js';
import type { CellCounts } from '../schema/evidence.js';
import { signaturesOf } from '../metrics/signature.js';
import type { ReadOutput } from '../models/pixels/raw-values.js';
import { scoreRow } from '../scoring/aggregate/score-row.js';
import { scoreKey } from './cell-key.js';
import { keepsAll } from './kept-mattes.js';
import { readPlannedKeys } from './planned-keys.js';
import type { RunSettings } from './manifest.js';
import { keptOfCells, type KeptOptions } from './kept-of-cells.js';
import type { DoneScore, PlanRecord, SampleName } from './records.js';
import { readRecords, recordReader, type RecordReader, type RunFolder } from './run-folder.js';
import { truthsInSignature } from './run-readings.js';
import { valuesOfCells, type Place } from './values-of-cells.js';

/**
 * What became of a planned cell. The last record of a cell holds, for every reader: a failed line after a done one makes
 * a failed cell. The prediction comes first: a score of a matte that could not be made again since is no score.
 */
export type CellState =
  /** With its place in the columns of its model and dataset (`columnsOf`), and the line of scores.jsonl that holds. */
  | { readonly kind: 'scored'; readonly row: number; readonly place: Omit<Line, 'text'> }
  /** Its matte is made, and nobody has scored it. */
  | { readonly kind: 'predicted' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'not-done' };

/** Of a planned cell that nobody has come to yet. */
export const NOT_DONE: Failure = { code: 'cancelled', message: 'not processed yet; run again with --resume' };

/** Why a cell has no score. */
export function failureOf(state: Exclude<CellState, { kind: 'scored' }>): Failure {
  return state.kind === 'failed' ? state.failure : NOT_DONE;
}

interface PlannedCells {
  readonly record: PlanRecord;
  /** One per model, in the order asked for. */
  readonly cells: readonly CellState[];
}

interface CellsOptions extends KeptOptions {
  /** Of the run's models these, in this order; default: all. */
  readonly models?: readonly string[];
  /** Metrics whose values are kept, 8 bytes each; default: none. */
  readonly values?: readonly string[];
  /** Metrics that a score must hold to be whole (`hasScore`). */
  readonly whole?: readonly string[];
  /** Whether a prediction whose matte is missing or empty counts as not done, unless the run need not keep it; what is in it, nobody has looked at. */
  readonly mattes?: boolean;
  /** By what plan, predictions and scores are read, once each in this order. */
  readonly read?: RecordReader;
}

/**
 * Every planned cell of a run, joined from its plan, predictions and scores: the one place that knows what a cell has come
 * to. Held are a few numbers of each cell, its values as far as asked for, and a name of each sample; a key of each cell while
 * the records are read.
 */
export interface Cells {
  readonly models: readonly string[];
  /** Planned cells, those of files that are no usable pair included. */
  readonly planned: number;
  /** Planned cells of usable samples. */
  readonly size: number;
  /** Usable samples of a dataset. */
  samplesOf(dataset: string): number;
  /** The place of one of them, 0 to `size` - 1, the models of a sample one after the other; undefined for any other. */
  placeOf(model: string, sample: SampleName): number | undefined;
  counts(): CellCounts;
  /** Whether every cell of a usable sample is predicted, and has a score that holds every metric of `whole`. */
  isComplete(): boolean;
  /** Numbers of the lines of scores whose cell nobody has predicted, or whose matte is gone where that is looked at. */
  scoresOfNothing(): readonly number[];
  /**
   * The values of a model on a dataset by metric, as `values` asks for them, then its counts TP FP FN TN: one for every usable sample in plan
   * order, NaN where there is none. They are what is kept, and no copies.
   */
  columnsOf(model: string, dataset: string): readonly Float64Array[];
  inPlanOrder(): AsyncGenerator<PlannedCells, void, undefined>;
  /** Whether there is a matte, scored or not. */
  isPredicted(model: string, sample: SampleName): boolean;
  /** Says that there is one since; the records are read when the cells are opened, and not again. */
  markPredicted(model: string, sample: SampleName, matteSha256: string): void;
  markFailed(model: string, sample: SampleName): void;
  /** Says that the matte is missing or not what was predicted: the cell is to be predicted again. */
  markDamaged(model: string, sample: SampleName): void;
  /** Whether there was a matte, and it was found damaged; missing and empty ones are found if `mattes` asks for them. */
  isDamaged(model: string, sample: SampleName): boolean;
  /** Cells of a model, or of all, of which that is so. */
  countDamaged(model?: string): number;
  /** Whether its matte is not on the disk, which is as it should be; looked at if `mattes` asks for it. */
  isGone(model: string, sample: SampleName): boolean;
  /** Whether its score names its matte, in a run that does not keep all of them, so that it may be gone. */
  isReleased(model: string, sample: SampleName): boolean;
  /** Says that a cell whose matte was not kept is to be predicted again. */
  reopen(model: string, sample: SampleName): void;
  isReopened(model: string, sample: SampleName): boolean;
  /** What the matte of a predicted cell must be; there if `digests` asks for it. */
  matteSha256(model: string, sample: SampleName): string;
  /** The same of a usable sample by its number in plan order. */
  matteOf(model: string, sample: number): string;
  /** Cells of all models with a matte. */
  countPredicted(): number;
  /** Cells of a model without a matte. */
  countUnpredicted(model: string): number;
  /** Whether a score is there that holds every metric of `whole`, whatever became of the matte. */
  hasScore(model: string, sample: SampleName): boolean;
  /** Milliseconds of the accuracy pass, by `PASS_PHASES`; there if `phases` asks for them and the cell has a matte. */
  phasesOf(model: string, sample: SampleName): readonly number[] | undefined;
  /** Of a model's mattes, in plan order; there if `outputs` asks for them. */
  outputsOf(model: string): Iterable<ReadOutput>;
  /** How many cells with a matte each device predicted, by its name; there if `devices` asks for it. */
  countByDevice(): ReadonlyMap<string, number>;
  /** The records of all scored cells, in the order of the file. */
  scores(): AsyncGenerator<DoneScore, void, undefined>;
}

/** What the last record of a cell says; a matte that is damaged is none. */
const [NOTHING, DONE, FAILED, DAMAGED, REOPENED] = [0, 1, 2, 3, 4];

/** @throws MaskbenchError `data.unreadable`, naming file and line. */
export async function openCells(
  folder: RunFolder,
  settings: Pick<RunSettings, 'models' | 'datasets' | 'scoring' | 'mattes'>,
  { models = settings.models.map(({ spec }) => spec.name), ...options }: CellsOptions = {},
): Promise<Cells> {
  const { values: ids = [], whole = [], read = recordReader(folder) } = options;
  const { planned, size, find, keyOf, truthOf, datasets } = await readPlannedKeys(read, models);
  const signatures = signaturesOf(settings.scoring.protocols, settings.scoring, truthsInSignature(settings));
  const predicted = new Uint8Array(size);
  const scored = new Uint8Array(size);
  const isWhole = new Uint8Array(size);
  const starts = new Float64Array(size);
  const lengths = new Uint32Array(size);
  const numbers = new Uint32Array(size);
  const values = valuesOfCells(datasets.samples, models, ids);
  const all = keepsAll(settings);
  const digests = options.digests === true || !all;
  const kept = keptOfCells(size, { ...options, digests });
  const gone = new Uint8Array(all ? 0 : size);
  const released = new Uint8Array(digests ? size : 0);
  // By cell, not by key: models with equal bytes have equal keys, and each has failures of its own.
  const lost = new Map<number, Failure>();
  const unscored = new Map<number, Failure>();

  for await (const { record } of read('predictions')) {
    const cell = find(record.model, record);
    if (cell === undefined) continue;
    lost.delete(cell);
    if (keyOf(cell) !== record.key) {
      // The matte that is there since is of another key.
      predicted[cell] = NOTHING;
      continue;
    }
    if (record.status === 'failed') {
      predicted[cell] = FAILED;
      lost.set(cell, record.failure);
      continue;
    }
    const { model, dataset, id } = record;
    const isThere = options.mattes !== true || isFilled(folder.matte(model, dataset, id));
    predicted[cell] = isThere || !all ? DONE : DAMAGED;
    gone[cell] = isThere ? 0 : 1;
    kept.set(cell, record);
  }
  for await (const { record, line } of read('scores')) {
    const cell = find(record.model, record);
    if (cell === undefined) continue;
    unscored.delete(cell);
    const truth = truthOf(Math.floor(cell / models.length));
    const matte = digests && record.status === 'done' ? record.matteSha256 : undefined;
    released[cell] = matte !== undefined && matte === kept.digest(cell) ? 1 : 0;
    // Not of the matte that is predicted since: a device need not give the same twice.
    const isOfAnother = matte !== undefined && released[cell] === 0;
    if (isOfAnother || record.key !== scoreKey(keyOf(cell), truth, signatures)) {
      scored[cell] = NOTHING;
      continue;
    }
    if (record.status === 'failed') {
      scored[cell] = FAILED;
      unscored.set(cell, record.failure);
      continue;
    }
    const { metrics, counts } = record;
    scored[cell] = DONE;
    isWhole[cell] = whole.every((id) => id in metrics) ? 1 : 0;
    starts[cell] = line.start;
    lengths[cell] = line.length;
    numbers[cell] = line.number;
    if (ids.length > 0) values.set(...placeOf(cell), scoreRow(ids, metrics, counts));
  }

  for (let cell = 0; cell < gone.length; cell++)
    if (gone[cell] === 1 && released[cell] === 0 && predicted[cell] === DONE) predicted[cell] = DAMAGED;

  function placeOf(cell: number): Place {
    const row = Math.floor(cell / models.length);
    return [models[cell % models.length], datasets.nameOf(row), datasets.rowOf(row)];
  }
  const isScored = (cell: number): boolean => scored[cell] === DONE && predicted[cell] !== FAILED;
  const isCounted = (cell: number): boolean => isScored(cell) && !lost.has(cell) && !unscored.has(cell);
  // Of lines that hold no more.
  if (ids.length > 0)
    for (let cell = 0; cell < size; cell++) if (!isCounted(cell)) values.clear(...placeOf(cell));
  const stateOf = (cell: number): CellState => {
    const failure = lost.get(cell) ?? unscored.get(cell);
    if (failure !== undefined) return { kind: 'failed', failure };
    if (!isScored(cell)) return { kind: predicted[cell] === DONE ? 'predicted' : 'not-done' };
    const row = datasets.rowOf(Math.floor(cell / models.length));
    const place = { number: numbers[cell], start: starts[cell], length: lengths[cell] };
    return { kind: 'scored', row, place };
  };
  const mark = (model: string, sample: SampleName, state: number): void => {
    const cell = find(model, sample);
    if (cell !== undefined) predicted[cell] = state;
  };
  const count = (model: string | undefined, isWanted: (state: number) => boolean): number => {
    const [first, step] = model === undefined ? [0, 1] : [models.indexOf(model), models.length];
    let found = 0;
    for (let cell = first; cell < size; cell += step) if (isWanted(predicted[cell])) found++;
    return found;
  };
  const at = (of: Uint8Array, model: string, sample: SampleName): number =>
    of[find(model, sample) ?? -1] ?? NOTHING;
  return {
    models,
    planned,
    size,
    placeOf: find,
    counts() {
      let [scoredCells, failed] = [0, planned - size];
      for (let cell = 0; cell < size; cell++) {
        if (lost.has(cell) || unscored.has(cell)) failed++;
        else if (isScored(cell)) scoredCells++;
      }
      return { planned, scored: scoredCells, failed };
    },
    isComplete: () =>
      predicted.every((state, cell) => state === DONE && scored[cell] === DONE && isWhole[cell] === 1),
    scoresOfNothing: () =>
      [...numbers].filter((_, cell) => scored[cell] === DONE && predicted[cell] === NOTHING),
    columnsOf: values.columns,
    async *inPlanOrder() {
      let cell = 0;
      for await (const record of readRecords(folder, 'plan')) {
        const failed: CellState | undefined =
          record.kind === 'problem' ? { kind: 'failed', failure: record.failure } : undefined;
        yield { record, cells: models.map(() => failed ?? stateOf(cell++)) };
      }
    },
    isPredicted: (model, sample) => at(predicted, model, sample) === DONE,
    markPredicted(model, sample, matteSha256) {
      const cell = find(model, sample);
      if (cell === undefined) return;
      predicted[cell] = DONE;
      lost.delete(cell);
      gone[cell] = 0;
      if (released[cell] === 1 && kept.digest(cell) !== matteSha256) {
        scored[cell] = NOTHING;
        released[cell] = 0;
      }
      kept.setDigest(cell, matteSha256);
    },
    markFailed: (model, sample) => mark(model, sample, FAILED),
    markDamaged: (model, sample) => mark(model, sample, DAMAGED),
    isDamaged: (model, sample) => at(predicted, model, sample) === DAMAGED,
    countDamaged: (model) => count(model, (state) => state === DAMAGED),
    isGone: (model, sample) => at(gone, model, sample) === 1 && at(predicted, model, sample) === DONE,
    isReleased: (model, sample) => at(released, model, sample) === 1,
    reopen: (model, sample) => mark(model, sample, REOPENED),
    isReopened: (model, sample) => at(predicted, model, sample) === REOPENED,
    matteSha256: (model, sample) => kept.digest(find(model, sample) ?? 0),
    matteOf: (model, sample) => kept.digest(sample * models.length + models.indexOf(model)),
    samplesOf: (dataset) => datasets.samples.get(dataset) ?? 0,
    countPredicted: () => count(undefined, (state) => state === DONE),
    countUnpredicted: (model) => count(model, (state) => state !== DONE),
    hasScore: (model, sample) => at(scored, model, sample) === DONE && at(isWhole, model, sample) === 1,
    phasesOf(model, sample) {
      const cell = find(model, sample);
      return cell === undefined || predicted[cell] !== DONE ? undefined : kept.phases(cell);
    },
    *outputsOf(model) {
      for (let cell = models.indexOf(model); cell < size; cell += models.length) {
        const output = predicted[cell] === DONE ? kept.output(cell) : undefined;
        if (output !== undefined) yield output;
      }
    },
    countByDevice() {
      const counts = new Map<string, number>();
      for (let cell = 0; cell < size; cell++) {
        if (predicted[cell] === DONE) counts.set(kept.device(cell), (counts.get(kept.device(cell)) ?? 0) + 1);
      }
      return counts;
    },
    async *scores() {
      for await (const { record, line } of recordReader(folder)('scores')) {
        const cell = find(record.model, record);
        if (cell === undefined || numbers[cell] !== line.number || !isScored(cell)) continue;
        if (record.status === 'done') yield record;
      }
    },
  };
}

/** Whether a matte is there and not empty. */
export function isFilled(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
