import type { SampleName } from './records.js';
import type { RecordReader } from './run-folder.js';

/**
 * The cells of the usable samples, numbered in plan order, the models of a sample one after the other. Keys and ground truths
 * say which records are of this plan; nothing holds on to them once these are read.
 */
interface PlannedKeys {
  readonly planned: number;
  find(model: string, sample: SampleName): number | undefined;
  /** Of predictions, by cell. */
  readonly keys: readonly string[];
  /** SHA-256 by sample. */
  readonly truths: readonly string[];
}

/** @throws MaskbenchError `data.unreadable`, naming file and line. */
export async function readPlannedKeys(read: RecordReader, models: readonly string[]): Promise<PlannedKeys> {
  const columns = new Map(models.map((model, i) => [model, i]));
  const rows = new Map<string, number>();
  const keys: string[] = [];
  const truths: string[] = [];
  let planned = 0;
  for await (const { record } of read('plan')) {
    planned += models.length;
    if (record.kind === 'problem') continue;
    rows.set(nameOf(record), truths.length);
    truths.push(record.truthSha256);
    for (const model of models) keys.push(record.cells[model]);
  }
  return {
    planned,
    find(model, sample) {
      const [row, column] = [rows.get(nameOf(sample)), columns.get(model)];
      return row === undefined || column === undefined ? undefined : row * models.length + column;
    },
    keys,
    truths,
  };
}

/** Names of datasets have no slash. */
function nameOf({ dataset, id }: SampleName): string {
  return `${dataset}/${id}`;
}
