import { decodeMatte } from '../../../image/codec.js';
import { readRecords, runFolder } from '../../../store/run-folder.js';
import type { DonePrediction } from '../../../store/records.js';
import { matteDifference } from '../../drift/difference.js';
import type { Mattes, SameMattes } from '../artifacts.js';

/** The predictions that a run has, finished or not. */
export async function mattesOf(folder: string): Promise<Mattes> {
  const mattes: Map<string, Mattes extends ReadonlyMap<string, infer P> ? P : never> = new Map();
  for await (const record of readRecords(runFolder(folder), 'predictions')) {
    const cell = `${record.model} ${record.dataset}/${record.id}`;
    if (record.status === 'done') mattes.set(cell, record);
    else mattes.delete(cell);
  }
  return mattes;
}

/**
 * Holds the mattes of one run beside those of the run before it, of all cells that both have.
 *
 * @param nameBefore of a cell, where it had another one
 */
export async function compareMattes(
  before: { readonly folder: string; readonly mattes: Mattes },
  now: { readonly folder: string; readonly mattes: Mattes },
  nameBefore: (cell: string) => string = (cell) => cell,
): Promise<SameMattes> {
  let [compared, identical, maxLevel, meanLevel] = [0, 0, 0, 0];
  for (const [cell, matte] of now.mattes) {
    const was = before.mattes.get(nameBefore(cell));
    if (was === undefined) continue;
    compared++;
    if (matte.matteSha256 === was.matteSha256) {
      identical++;
      continue;
    }
    const [one, other] = await Promise.all([decode(before.folder, was), decode(now.folder, matte)]);
    const { max, mean } = matteDifference(one, other, 128);
    maxLevel = Math.max(maxLevel, max);
    meanLevel = Math.max(meanLevel, mean);
  }
  return { compared, identical, maxLevel, meanLevel };
}

function decode(folder: string, { model, dataset, id }: DonePrediction) {
  return decodeMatte(runFolder(folder).matte(model, dataset, id));
}
