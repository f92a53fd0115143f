import { decodeMatte } from '../../../image/codec.js';
import { readRecords, runFolder } from '../../../store/run-folder.js';
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

/** Holds the mattes that two runs have both beside each other. */
export async function compareMattes(
  a: { readonly folder: string; readonly mattes: Mattes },
  b: { readonly folder: string; readonly mattes: Mattes },
): Promise<SameMattes> {
  let [compared, identical, maxLevel, meanLevel] = [0, 0, 0, 0];
  for (const [cell, before] of a.mattes) {
    const now = b.mattes.get(cell);
    if (now === undefined) continue;
    compared++;
    if (now.matteSha256 === before.matteSha256) {
      identical++;
      continue;
    }
    const [one, other] = await Promise.all(
      [a.folder, b.folder].map((folder) =>
        decodeMatte(runFolder(folder).matte(before.model, before.dataset, before.id)),
      ),
    );
    const { max, mean } = matteDifference(one, other, 128);
    maxLevel = Math.max(maxLevel, max);
    meanLevel = Math.max(meanLevel, mean);
  }
  return { compared, identical, maxLevel, meanLevel };
}
