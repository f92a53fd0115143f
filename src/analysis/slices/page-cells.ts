import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import type { AttributeColumn, RunCells, SliceScore, SliceTable } from '../../schema/page-input.js';
import type { MetricSummary } from '../../schema/summary.js';
import type { Attributes, RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import {
  layoutNames,
  manyNumbers,
  meanOfSlice,
  numberOf,
  sliceByNumber,
  sliceByValue,
  wordOf,
} from './slicing.js';

/** Words with more values than this name the sample rather than a kind of samples. */
const MOST_VALUES = 60;

/** Facts that repeat others: the sizes are in megapixels, the numbers of groups are their names. */
const LEFT_OUT = new Set([
  'groupNo',
  'categoryNo',
  'width',
  'height',
  'largestComponentShare',
  'contours',
  'dominantPoints',
]);

/** Scores and attributes as columns, without a copy of the scores. */
export function cellsOf({ metrics, datasets }: RunScores): RunCells {
  return {
    metrics,
    datasets: datasets.map((dataset) => ({
      name: dataset.name,
      ids: dataset.ids,
      ...(dataset.units === undefined ? {} : { units: dataset.units }),
      attributes: attributesOf(dataset),
      models: [...dataset.models].map(([model, { columns }]) => ({ model, scores: columns })),
    })),
  };
}

function attributesOf({ attributes }: ScoredDataset): readonly AttributeColumn[] {
  return [
    ...layoutNames(attributes).flatMap((name) => layoutColumn(name, attributes)),
    ...NUMERIC_ATTRIBUTES.flatMap(({ name, bins }): AttributeColumn[] => {
      const values = attributes.map((of) => numberOf(of, name));
      if (values.every(Number.isNaN)) return [];
      const cut = sliceByNumber(values, bins, 'the dataset');
      return [{ kind: 'number', name, values: Float64Array.from(values), cut }];
    }),
  ];
}

function layoutColumn(name: string, attributes: readonly Attributes[]): readonly AttributeColumn[] {
  const many = manyNumbers(attributes, name);
  if (many !== undefined) {
    const range = sliceByNumber(many, undefined, 'the dataset');
    return [{ kind: 'number', name, values: Float64Array.from(many), cut: range }];
  }
  const values = attributes.map((of) => wordOf(of, name));
  const cut = sliceByValue(values, (a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const found = cut.labels.length;
  return found > MOST_VALUES && found > values.length / 2 ? [] : [{ kind: 'text', name, values, cut }];
}

/** The metric's means by every attribute that cuts a dataset into two slices or more. */
export function sliceTables(
  { metrics, datasets }: RunCells,
  { id, range: [low, high] }: MetricSummary,
): readonly SliceTable[] {
  const index = metrics.indexOf(id);
  const names = new Set(datasets.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
  return [...names]
    .filter((name) => !LEFT_OUT.has(name))
    .flatMap((attribute): SliceTable[] => {
      const cuts = datasets.flatMap(({ attributes, ...dataset }) => {
        const cut = attributes.find(({ name }) => name === attribute)?.cut;
        return cut === undefined || cut.labels.length < 2 ? [] : [{ ...dataset, cut }];
      });
      const rows = cuts.flatMap(({ name: dataset, models, units, cut }) =>
        cut.labels.flatMap((slice, i) =>
          models.flatMap(({ model, scores }): SliceScore[] => {
            const found = meanOfSlice(scores[index], cut, i, [low, high], units);
            const { mean, ...rest } = found;
            return mean === null ? [] : [{ dataset, slice, model, mean, ...rest }];
          }),
        ),
      );
      return cuts.slice(0, 1).map(({ cut: { how } }) => ({ attribute, metric: id, how, rows }));
    });
}
