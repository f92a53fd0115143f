import type { MetricSummary, Summary } from '../schema/summary.js';

const USUAL = ['iou', 'sod.s', 'matting.mad'];

/** The metric that models are ranked and sliced by: the first of IoU, S-measure and MAD that the run has. */
export function headlineMetric({ metrics = [] }: Pick<Summary, 'metrics'>): MetricSummary | undefined {
  const usual = USUAL.flatMap((id) => metrics.find((metric) => metric.id === id) ?? []);
  return usual[0] ?? metrics[0];
}
