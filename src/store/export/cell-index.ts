import type { Failure } from '../../core/failure.js';
import type { PhaseTimes } from '../../runners/phases.js';
import { cellName, scoreKey } from '../cell-key.js';
import { readJsonl } from '../../core/jsonl.js';
import type { PlanRecord, PredictionRecord, ScoreRecord } from '../records.js';
import type { RunFolder } from '../run-folder.js';
import { placedLines, type LinePlace } from './read-at.js';

/** Phases of the accuracy pass, in the order in which they are kept. */
export const PASS_PHASES = ['decodeMs', 'preprocessMs', 'inferenceMs', 'postprocessMs'] as const;

/**
 * Where what is known of each cell lies. Cells are numbered in plan order, the models of a sample one after the other; of
 * each a few numbers are kept, whatever it was scored by.
 */
export interface CellIndex {
  /** The line of scores.jsonl, if the cell is scored. */
  score(cell: number): LinePlace | undefined;
  failure(cell: number): Failure | undefined;
  /** Milliseconds of the accuracy pass, by `PASS_PHASES`. */
  passPhases(cell: number): readonly number[] | undefined;
}

export async function indexCells(
  folder: RunFolder,
  models: readonly string[],
  signatures: readonly string[],
): Promise<CellIndex> {
  const failures = new Map<number, Failure>();
  const predicted = await indexPredictions(folder, models, failures);
  const starts = new Float64Array(predicted.cells).fill(-1);
  const lengths = new Uint32Array(predicted.cells);
  const cells = await numberCells(folder, models, (key, { truthSha256 }) =>
    scoreKey(key, truthSha256, signatures),
  );
  for await (const { start, length, text } of placedLines(folder.scores)) {
    const record = JSON.parse(text) as ScoreRecord;
    const cell = cells.get(cellName(record.key, record.model, record));
    if (cell === undefined) continue;
    if (record.status === 'failed') {
      failures.set(cell, record.failure);
      starts[cell] = -1;
    } else {
      starts[cell] = start;
      lengths[cell] = length;
    }
  }
  return {
    score: (cell) => (starts[cell] < 0 ? undefined : { start: starts[cell], length: lengths[cell] }),
    failure: (cell) => failures.get(cell),
    passPhases: predicted.phases,
  };
}

async function indexPredictions(
  folder: RunFolder,
  models: readonly string[],
  failures: Map<number, Failure>,
): Promise<{ readonly cells: number; readonly phases: CellIndex['passPhases'] }> {
  const numbers = await numberCells(folder, models, (key) => key);
  const cells = numbers.count;
  const width = PASS_PHASES.length;
  const times = new Float64Array(cells * width).fill(Number.NaN);
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    const cell = numbers.get(cellName(record.key, record.model, record));
    if (cell === undefined) continue;
    if (record.status === 'failed') {
      failures.set(cell, record.failure);
      continue;
    }
    failures.delete(cell);
    keep(times, cell * width, record.phases);
  }
  const phases = (cell: number): readonly number[] | undefined => {
    const own = times.subarray(cell * width, (cell + 1) * width);
    return Number.isNaN(own[0]) ? undefined : [...own];
  };
  return { cells, phases };
}

function keep(times: Float64Array, at: number, phases: PhaseTimes): void {
  for (const [i, name] of PASS_PHASES.entries()) times[at + i] = phases[name];
}

type Sample = Extract<PlanRecord, { kind: 'sample' }>;

async function numberCells(
  folder: RunFolder,
  models: readonly string[],
  keyOf: (predictionKey: string, sample: Sample) => string,
): Promise<{ readonly count: number; get(name: string): number | undefined }> {
  const numbers = new Map<string, number>();
  let count = 0;
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    for (const model of models) {
      const cell = count++;
      if (record.kind === 'sample')
        numbers.set(cellName(keyOf(record.cells[model], record), model, record), cell);
    }
  }
  return { count, get: (name) => numbers.get(name) };
}
