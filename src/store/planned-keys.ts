import { nameIndex } from '../core/name-index.js';
import { textColumn } from '../core/text-column.js';
import type { SampleName } from './records.js';
import type { RecordReader } from './run-folder.js';

/**
 * The cells of the usable samples, numbered in plan order, the models of a sample one after the other. Keys and ground truths
 * say which records are of this plan; nothing holds on to them once these are read.
 */
interface PlannedKeys {
  readonly planned: number;
  /** Of usable samples. */
  readonly size: number;
  find(model: string, sample: SampleName): number | undefined;
  /** Of a cell's prediction. */
  keyOf(cell: number): string;
  /** SHA-256 of a sample's ground truth. */
  truthOf(sample: number): string;
  readonly datasets: PlannedDatasets;
}

/** Which dataset each sample is of. */
interface PlannedDatasets {
  /** Usable samples by dataset. */
  readonly samples: ReadonlyMap<string, number>;
  nameOf(sample: number): string;
  /** The number of a sample among those of its dataset. */
  rowOf(sample: number): number;
}

/** @throws MaskbenchError `data.unreadable`, naming file and line. */
export async function readPlannedKeys(read: RecordReader, models: readonly string[]): Promise<PlannedKeys> {
  const columns = new Map(models.map((model, i) => [model, i]));
  const names = nameIndex();
  const [keys, truths] = [textColumn(), textColumn()];
  /** Samples of names whose number is another; there are none in a plan that is whole. */
  const again = new Map<number, number>();
  const stretches: Stretch[] = [];
  const samples = new Map<string, number>();
  let size = 0;
  let planned = 0;
  for await (const { record } of read('plan')) {
    planned += models.length;
    if (record.kind === 'problem') continue;
    const { dataset } = record;
    const row = samples.get(dataset) ?? 0;
    if (stretches.at(-1)?.dataset !== dataset) stretches.push({ dataset, first: size, row });
    samples.set(dataset, row + 1);
    const number = names.add(nameOf(record));
    if (number !== size) again.set(number, size);
    truths.push(record.truthSha256);
    for (const model of models) keys.push(record.cells[model]);
    size++;
  }
  return {
    planned,
    size: size * models.length,
    find(model, sample) {
      const [name, column] = [names.find(nameOf(sample)), columns.get(model)];
      if (name === undefined || column === undefined) return undefined;
      return (again.get(name) ?? name) * models.length + column;
    },
    keyOf: keys.at,
    truthOf: truths.at,
    datasets: {
      samples,
      nameOf: (sample) => stretchOf(stretches, sample).dataset,
      rowOf(sample) {
        const { first, row } = stretchOf(stretches, sample);
        return row + sample - first;
      },
    },
  };
}

/** Samples of one dataset that come one after the other. */
interface Stretch {
  readonly dataset: string;
  readonly first: number;
  /** Of the first, among those of the dataset. */
  readonly row: number;
}

function stretchOf(stretches: readonly Stretch[], sample: number): Stretch {
  let [low, high] = [0, stretches.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (stretches[middle].first <= sample) low = middle;
    else high = middle - 1;
  }
  return stretches[low];
}

/** Names of datasets have no slash. */
function nameOf({ dataset, id }: SampleName): string {
  return `${dataset}/${id}`;
}
