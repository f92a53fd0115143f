import { existsSync } from 'node:fs';
import { readJsonl } from './jsonl.js';
import type { PlannedSample, PlanRecord, PredictionRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

/** The planned samples in order, or only those whose cell of `model` is open. Read line by line. */
export async function* plannedSamples(
  folder: RunFolder,
  model?: string,
  isOpen?: (key: string) => boolean,
): AsyncGenerator<PlannedSample, void, undefined> {
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    if (record.kind !== 'sample') continue;
    if (model !== undefined && isOpen?.(record.cells[model]) === false) continue;
    yield record;
  }
}

export async function countCells(
  folder: RunFolder,
  model: string,
  isOpen: (key: string) => boolean,
): Promise<number> {
  let count = 0;
  for await (const _ of plannedSamples(folder, model, isOpen)) count++;
  return count;
}

/** Keys of the cells that have a prediction and whose matte is still there. */
export async function doneKeys(folder: RunFolder): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    if (record.status === 'done' && existsSync(folder.matte(record.model, record.dataset, record.id))) {
      keys.add(record.key);
    } else keys.delete(record.key);
  }
  return keys;
}
