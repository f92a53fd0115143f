import { readJsonl } from '../../core/jsonl.js';
import type { TruthRecord } from '../records.js';
import type { RunFolder } from '../run-folder.js';
import { numberOf, NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import { attributeColumn, type CellRow } from './cell-column.js';

/** The attributes of the ground truths that were measured; of each a name and its numbers are kept. */
export interface CellTruths {
  of(dataset: string, id: string): CellRow;
}

export async function readCellTruths(folder: RunFolder): Promise<CellTruths> {
  const rows = new Map<string, number>();
  const values: number[] = [];
  for await (const record of readJsonl<TruthRecord>(folder.truths)) {
    if (record.status === 'failed') continue;
    rows.set(`${record.dataset}/${record.id}`, values.length);
    for (const attribute of NUMERIC_ATTRIBUTES) values.push(numberOf(attribute, record.attributes));
  }
  return {
    of(dataset, id) {
      const first = rows.get(`${dataset}/${id}`);
      if (first === undefined) return {};
      return Object.fromEntries(
        NUMERIC_ATTRIBUTES.map(({ name }, i) => {
          const value = values[first + i];
          return [attributeColumn(name), Number.isNaN(value) ? null : value];
        }),
      );
    },
  };
}
