import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ScoreRecord } from '../../src/store/records.js';
import { readRecords } from './workspace.js';

/** The mattes that lie in a run folder, as `model/dataset/id`, sorted. */
export function mattesIn(folder: string): readonly string[] {
  const at = join(folder, 'predictions');
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.png'))
    .map((name) => name.slice(0, -'.png'.length))
    .sort();
}

/** By the records of a run: its cells of each model and dataset with the lowest IoU, equal ones by id. */
export async function worstByIou(folder: string, count: number): Promise<readonly string[]> {
  const last = new Map<string, ScoreRecord>();
  for (const record of await readRecords<ScoreRecord>(join(folder, 'scores.jsonl')))
    last.set(`${record.model}/${record.dataset}/${record.id}`, record);
  const cells = [...last.values()].flatMap((record) => (record.status === 'done' ? [record] : []));
  const groups = new Map<string, typeof cells>();
  for (const cell of cells) {
    const name = `${cell.model}/${cell.dataset}`;
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  const iou = ({ metrics }: (typeof cells)[number]): number => Number(Number(metrics['iou']).toPrecision(6));
  return [...groups.values()]
    .flatMap((own) => own.toSorted((a, b) => iou(a) - iou(b) || (a.id < b.id ? -1 : 1)).slice(0, count))
    .map(({ model, dataset, id }) => `${model}/${dataset}/${id}`)
    .sort();
}
