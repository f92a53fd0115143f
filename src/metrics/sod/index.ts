import type { MetricValue } from '../../schema/metric-value.js';
import type { CostClass, Metric, MetricMeta, Pair } from '../metric.js';
import { FAMILIES } from './families.js';
import { stretchedMae } from './mae.js';
import { sMeasure } from './s-measure.js';
import { metricsOfFamily } from './threshold-family.js';
import { weightedF } from './weighted-f.js';

/** The `sod` protocol, HCE and multi-scale IoU apart: ground truth `> 128`, the prediction stretched to 0..1. */
export const sodMetrics: readonly Metric[] = [
  metric(
    {
      id: 'sod.mae',
      name: 'Mean absolute error, stretched',
      better: 'lower',
      formula: 'mean |p - g|',
      source: 'Perazzi et al. 2012, Saliency Filters; PySODMetrics 1.6.2',
      emptyMasks: 'always defined',
    },
    'histogram',
    stretchedMae,
  ),
  metric(
    {
      id: 'sod.s',
      name: 'S-measure',
      better: 'higher',
      formula: 'max(0, 0.5 object + 0.5 region)',
      source: 'Fan et al. 2017, Structure-measure; PySODMetrics 1.6.2',
      emptyMasks: 'truth empty: 1 - mean of the prediction; truth full: mean of the prediction',
    },
    'pixels',
    sMeasure,
  ),
  metric(
    {
      id: 'sod.wf',
      name: 'Weighted F-measure',
      better: 'higher',
      formula: '2 Pw Rw / (Pw + Rw)',
      source: 'Margolin et al. 2014, How to Evaluate Foreground Maps?; PySODMetrics 1.6.2',
      emptyMasks: 'truth empty: 0, as the reference',
    },
    'distance',
    weightedF,
  ),
  ...FAMILIES.flatMap(metricsOfFamily),
];

function metric(
  meta: Pick<MetricMeta, 'id' | 'name' | 'better' | 'formula' | 'source' | 'emptyMasks'>,
  cost: CostClass,
  compute: (pair: Pair) => MetricValue,
): Metric {
  return { meta: { ...meta, protocol: 'sod', range: [0, 1], cost }, compute };
}
