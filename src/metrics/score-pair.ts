import type { MetricValue } from '../schema/metric-value.js';
import type { Metric, Pair } from './metric.js';

/** Every metric's value for one pair, by metric id, in the order given. */
export function scorePair(pair: Pair, metrics: readonly Metric[]): Record<string, MetricValue> {
  const scores: Record<string, MetricValue> = {};
  for (const metric of metrics) scores[metric.meta.id] = metric.compute(pair);
  return scores;
}
