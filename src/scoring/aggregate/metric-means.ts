import type { MetricMean } from '../../schema/summary.js';
import type { Conventions, Metric } from '../../metrics/metric.js';
import { intervalOfMean } from './intervals.js';
import { pooledScores } from './pooled.js';
import { unitMeans } from '../../stats/unit-means.js';
import { countsOf, definedValues, type ScoredColumns } from './score-row.js';

/** Mean of each metric over the images of one dataset, or over its units where it names some, with its interval, and pooled where it is a score of counts. */
export function metricMeans(
  of: ScoredColumns,
  metrics: readonly Metric[],
  empty: Conventions['empty'],
): Readonly<Record<string, MetricMean>> {
  const counts = countsOf(of);
  const pooled = counts.length === 0 ? {} : pooledScores(counts, metrics, empty);
  return Object.fromEntries(
    metrics.map(({ meta: { id, range } }, i): [string, MetricMean] => {
      const { values, images, units } = valuesOf(of, i);
      return [
        id,
        {
          mean: meanOf(values),
          n: images,
          ...units,
          undefined: of.scored - images,
          ...intervalOfMean([values], range),
          ...pooled[id],
        },
      ];
    }),
  );
}

/** The plain mean of several datasets' means: every dataset weighs the same, however many images it has. */
export function meansOfDatasets(
  datasets: readonly ScoredColumns[],
  metrics: readonly Metric[],
): Readonly<Record<string, MetricMean>> {
  const images = datasets.reduce((sum, { scored }) => sum + scored, 0);
  return Object.fromEntries(
    metrics.map(({ meta: { id, range } }, i): [string, MetricMean] => {
      const all = datasets.map((of) => valuesOf(of, i));
      const values = all.map((own) => own.values);
      const means = values.map(meanOf);
      const complete = means.every((mean) => mean !== null);
      const mean = complete ? means.reduce<number>((sum, of) => sum + (of ?? 0), 0) / means.length : null;
      const n = all.reduce((sum, own) => sum + own.images, 0);
      const units = all.every((own) => own.units.units === undefined)
        ? {}
        : { units: values.reduce((sum, { length }) => sum + length, 0) };
      return [id, { mean, n, ...units, undefined: images - n, ...intervalOfMean(values, range) }];
    }),
  );
}

/** One metric's value per independent unit: the mean of its images that have one. */
function valuesOf(
  of: ScoredColumns,
  index: number,
): {
  readonly values: Float64Array;
  readonly images: number;
  readonly units: Pick<MetricMean, 'units'>;
} {
  const scores = definedValues(of, index);
  const { columns, units } = of;
  if (units === undefined) return { values: scores, images: scores.length, units: {} };
  const own = units.filter((_, row) => !Number.isNaN(columns[index][row]));
  const { means } = unitMeans(scores, own);
  return { values: means, images: scores.length, units: { units: means.length } };
}

function meanOf(values: Float64Array): number | null {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? null : sum / values.length;
}
