import { nameIndex } from '../core/name-index.js';
import { numberOf, NUMERIC_ATTRIBUTES } from '../metrics/attribute-list.js';
import type { SampleName } from './records.js';
import { readRecords, type RunFolder } from './run-folder.js';

/** The numbers of a ground truth by attribute, those that are defined; none where it was not measured. */
export type MeasuredOf = (sample: SampleName) => Readonly<Record<string, number>>;

/** What was measured of the ground truths; of each a name and its numbers are kept. The last record of one holds. */
export async function readMeasured(folder: RunFolder): Promise<MeasuredOf> {
  const names = nameIndex();
  const width = NUMERIC_ATTRIBUTES.length;
  let values = new Float64Array(64 * width);
  for await (const record of readRecords(folder, 'truths')) {
    const first = names.add(`${record.dataset}/${record.id}`) * width;
    if (first === values.length) {
      const larger = new Float64Array(2 * values.length);
      larger.set(values);
      values = larger;
    }
    NUMERIC_ATTRIBUTES.forEach((attribute, i) => {
      values[first + i] = record.status === 'failed' ? Number.NaN : numberOf(attribute, record.attributes);
    });
  }
  return ({ dataset, id }) => {
    const row = names.find(`${dataset}/${id}`);
    if (row === undefined) return {};
    const all = NUMERIC_ATTRIBUTES.map(({ name }, i): [string, number] => [name, values[row * width + i]]);
    return Object.fromEntries(all.filter(([, value]) => !Number.isNaN(value)));
  };
}
