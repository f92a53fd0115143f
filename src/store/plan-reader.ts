import { existsSync } from 'node:fs';
import { cellName } from './cell-key.js';
import { readJsonl } from '../core/jsonl.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { PlanRecord, PredictionRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

/** The planned samples in order, or only those whose cell of `model` is open. Read line by line. */
export async function* plannedSamples(
  folder: RunFolder,
  model?: string,
  isOpen?: (cell: string) => boolean,
): AsyncGenerator<PlannedSample, void, undefined> {
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    if (record.kind !== 'sample') continue;
    if (model !== undefined && isOpen?.(cellName(record.cells[model], model, record)) === false) continue;
    yield record;
  }
}

export async function countCells(
  folder: RunFolder,
  model: string,
  isOpen: (cell: string) => boolean,
): Promise<number> {
  let count = 0;
  for await (const _ of plannedSamples(folder, model, isOpen)) count++;
  return count;
}

/** Names of the cells that have a prediction and whose matte is still there. */
export async function doneCells(folder: RunFolder): Promise<Set<string>> {
  const cells = new Set<string>();
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    const { key, model, dataset, id } = record;
    const cell = cellName(key, model, record);
    if (record.status === 'done' && existsSync(folder.matte(model, dataset, id))) cells.add(cell);
    else cells.delete(cell);
  }
  return cells;
}
