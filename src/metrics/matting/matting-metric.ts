import type { MetricValue } from '../../schema/metric-value.js';
import type { CostClass, Metric, MetricMeta, Pair } from '../metric.js';

/** A metric of the `matting` protocol, which sees both mattes whole: no threshold, no stretch, no trimap. */
export function mattingMetric(
  meta: Pick<MetricMeta, 'id' | 'name' | 'range' | 'formula' | 'source' | 'emptyMasks'> &
    Partial<Pick<MetricMeta, 'better'>>,
  cost: CostClass,
  compute: (pair: Pair) => MetricValue,
): Metric {
  return { meta: { better: 'lower', ...meta, protocol: 'matting', cost }, compute };
}
