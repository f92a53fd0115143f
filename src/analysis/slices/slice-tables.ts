import type {
  AttributeColumn,
  CellDataset,
  RunCells,
  SliceScore,
  SliceTable,
} from '../../schema/page-input.js';
import type { MetricSummary } from '../../schema/summary.js';
import { intervalOfMean } from '../../scoring/aggregate/intervals.js';

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

/** The metric's means by every attribute that cuts a dataset into two slices or more. */
export function sliceTables({ metrics, datasets }: RunCells, metric: MetricSummary): readonly SliceTable[] {
  const index = metrics.indexOf(metric.id);
  const names = new Set(datasets.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
  return [...names]
    .filter((name) => !LEFT_OUT.has(name))
    .flatMap((attribute) => {
      const cut = datasets.flatMap((dataset) => {
        const column = dataset.attributes.find(({ name }) => name === attribute);
        return column === undefined || column.cut.labels.length < 2 ? [] : [{ dataset, column }];
      });
      const rows = cut.flatMap(({ dataset, column }) => rowsOf(dataset, column, index, metric));
      const [first] = cut;
      return first === undefined ? [] : [{ attribute, metric: metric.id, how: first.column.cut.how, rows }];
    });
}

function rowsOf(
  { name: dataset, models }: CellDataset,
  { cut }: AttributeColumn,
  index: number,
  { range }: MetricSummary,
): readonly SliceScore[] {
  return cut.labels.flatMap((slice, i) =>
    models.flatMap(({ model, scores }): readonly SliceScore[] => {
      const values = scores[index].filter((value, row) => cut.of[row] === i && !Number.isNaN(value));
      const n = values.length;
      if (n === 0) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      return [
        {
          dataset,
          slice,
          model,
          n,
          mean,
          interval: intervalOfMean(values, [range[0] ?? Number.NEGATIVE_INFINITY, range[1]]),
        },
      ];
    }),
  );
}
