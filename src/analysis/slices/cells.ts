import type { AttributeColumn, RunCells, Slicing } from '../../schema/page-input.js';
import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import { cutByBins, cutInThirds } from './cut.js';
import type { Attributes, RunScores, ScoredDataset } from '../../store/run-scores.js';

/** Words with more values than this name the sample rather than a kind of samples. */
const MOST_VALUES = 60;

/** Scores and attributes as columns, without a copy of the scores. */
export function cellsOf({ metrics, datasets }: RunScores): RunCells {
  return {
    metrics,
    datasets: datasets.map((dataset) => ({
      name: dataset.name,
      ids: dataset.ids,
      attributes: attributesOf(dataset),
      models: [...dataset.models].map(([model, { columns }]) => ({ model, scores: columns })),
    })),
  };
}

function attributesOf({ attributes }: ScoredDataset): readonly AttributeColumn[] {
  const words = new Set(attributes.flatMap((of) => Object.keys(of)));
  for (const { name } of NUMERIC_ATTRIBUTES) words.delete(name);
  return [
    ...[...words].flatMap((name) => textColumn(name, attributes)),
    ...NUMERIC_ATTRIBUTES.flatMap(({ name, bins }) => {
      const values = Float64Array.from(attributes, (of) => Number(of[name] ?? Number.NaN));
      const known = [...values].filter((value) => !Number.isNaN(value));
      if (known.length === 0) return [];
      const cut = bins ? cutByBins(known, bins) : cutInThirds(known);
      const of = Int32Array.from(values, (value) => cut.indexOf(value));
      const how = bins ? 'fixed slices' : 'thirds of the dataset';
      return [{ kind: 'number' as const, name, values, cut: { how, labels: cut.labels, of } }];
    }),
  ];
}

function textColumn(name: string, attributes: readonly Attributes[]): readonly AttributeColumn[] {
  const values = attributes.map((of) => String(of[name] ?? ''));
  const labels = [...new Set(values)].filter((value) => value !== '').sort(naturally);
  if (labels.length > MOST_VALUES && labels.length > attributes.length / 2) return [];
  const index = new Map(labels.map((label, i) => [label, i]));
  const cut: Slicing = {
    how: 'a slice for each value',
    labels,
    of: Int32Array.from(values, (value) => index.get(value) ?? -1),
  };
  return [{ kind: 'text', name, values, cut }];
}

function naturally(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
