import type { MetricMean } from '../../schema/summary.js';
import type { Conventions, Metric } from '../../metrics/metric.js';
import { intervalOfMean } from './intervals.js';
import { pooledScores } from './pooled.js';
import { countsOf, definedValues, type ScoreRow } from './score-row.js';

/** Mean of each metric over the images of one dataset, with its interval, and pooled where it is a score of counts. */
export function metricMeans(
  rows: readonly ScoreRow[],
  metrics: readonly Metric[],
  empty: Conventions['empty'],
): Readonly<Record<string, MetricMean>> {
  const counts = countsOf(rows);
  const pooled = counts.length === 0 ? {} : pooledScores(counts, metrics, empty);
  return Object.fromEntries(
    metrics.map(({ meta: { id, range } }, i): [string, MetricMean] => {
      const values = definedValues(rows, i);
      const undefinedImages = rows.length - values.length;
      return [
        id,
        {
          mean: meanOf(values),
          n: values.length,
          undefined: undefinedImages,
          ...intervalOfMean([values], range),
          ...pooled[id],
        },
      ];
    }),
  );
}

/** The plain mean of several datasets' means: every dataset weighs the same, however many images it has. */
export function meansOfDatasets(
  datasets: readonly (readonly ScoreRow[])[],
  metrics: readonly Metric[],
): Readonly<Record<string, MetricMean>> {
  const images = datasets.reduce((sum, rows) => sum + rows.length, 0);
  return Object.fromEntries(
    metrics.map(({ meta: { id, range } }, i): [string, MetricMean] => {
      const values = datasets.map((rows) => definedValues(rows, i));
      const means = values.map(meanOf);
      const complete = means.every((mean) => mean !== null);
      const mean = complete ? means.reduce<number>((sum, of) => sum + (of ?? 0), 0) / means.length : null;
      const n = values.reduce((sum, { length }) => sum + length, 0);
      return [id, { mean, n, undefined: images - n, ...intervalOfMean(values, range) }];
    }),
  );
}

function meanOf(values: Float64Array): number | null {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? null : sum / values.length;
}
