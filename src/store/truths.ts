import { numberOf, NUMERIC_ATTRIBUTES } from '../metrics/attribute-list.js';
import type { SampleName } from './records.js';
import { readRecords, type RunFolder } from './run-folder.js';

/** The numbers of a ground truth by attribute, those that are defined; none where it was not measured. */
export type MeasuredOf = (sample: SampleName) => Readonly<Record<string, number>>;

/** What was measured of the ground truths; of each a name and its numbers are kept. The last record of one holds. */
export async function readMeasured(folder: RunFolder): Promise<MeasuredOf> {
  const rows = new Map<string, number>();
  const values: number[] = [];
  for await (const record of readRecords(folder, 'truths')) {
    const name = `${record.dataset}/${record.id}`;
    rows.delete(name);
    if (record.status === 'failed') continue;
    rows.set(name, values.length);
    for (const attribute of NUMERIC_ATTRIBUTES) values.push(numberOf(attribute, record.attributes));
  }
  return ({ dataset, id }) => {
    const first = rows.get(`${dataset}/${id}`);
    if (first === undefined) return {};
    const all = NUMERIC_ATTRIBUTES.map(({ name }, i): [string, number] => [name, values[first + i]]);
    return Object.fromEntries(all.filter(([, value]) => !Number.isNaN(value)));
  };
}
