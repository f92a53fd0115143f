import type { PageInput, PageRun } from '../../schema/page-input.js';
import type { MetricSummary } from '../../schema/summary.js';
import { plottedMetric } from './models.js';

/** The plotted metric of one dataset of one run. */
interface DatasetScores {
  readonly run: PageRun;
  /** Of the run. */
  readonly index: number;
  readonly dataset: string;
  readonly metric: MetricSummary;
  readonly columns: readonly ScoreColumn[];
}

/** The defined scores of one model, ascending. */
export interface ScoreColumn {
  readonly model: string;
  readonly values: Float64Array;
  readonly median: number;
  readonly lowest: number;
}

/** Every dataset with scores, in order. */
export function scoreColumns({ runs }: PageInput): readonly DatasetScores[] {
  return runs.flatMap((run, index) => {
    const metric = plottedMetric(run);
    if (run.cells === undefined || metric === undefined) return [];
    const at = run.cells.metrics.indexOf(metric.id);
    return run.cells.datasets.flatMap(({ name, models }) => {
      const columns = models.flatMap(({ model, scores }): readonly ScoreColumn[] => {
        const values = scores[at].filter((value) => !Number.isNaN(value)).sort();
        return values.length === 0
          ? []
          : [{ model, values, median: values[values.length >> 1], lowest: values[0] }];
      });
      return columns.length === 0 ? [] : [{ run, index, dataset: name, metric, columns }];
    });
  });
}
