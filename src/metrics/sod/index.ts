import type { MetricValue } from '../../schema/metric-value.js';
import type { CostClass, Metric, MetricMeta, Pair } from '../metric.js';
import type { Protocol } from '../protocol.js';
import { sodCurves } from './curves.js';
import { explainSod } from './explain.js';
import { FAMILIES } from './families.js';
import { hce } from './hce.js';
import { stretchedMae } from './mae.js';
import { multiscaleIou } from './multiscale-iou.js';
import { sMeasure } from './s-measure.js';
import { metricsOfFamily } from './threshold-family.js';
import { weightedF } from './weighted-f.js';

const structureMetrics: readonly Metric[] = [
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
];

/** Ground truth `> 128`, the prediction stretched to 0..1, as PySODMetrics has it. */
export const sod: Protocol = {
  id: 'sod',
  title: 'Salient objects',
  metrics: [...structureMetrics, ...FAMILIES.flatMap(metricsOfFamily), multiscaleIou, hce],
  conventions: [],
  signature: () => ['truth:>128', 'stretch:minmax', 'beta2:0.3', 'alpha:0.5', 'relax:5', 'epsilon:2'],
  version: 1,
  explain: explainSod,
  headline: 'sod.s',
  main: ['sod.max_f', 'sod.wf', 'sod.s', 'sod.mean_e', 'sod.mae', 'sod.hce'],
  table: {
    title: 'Measures of salient-object and dichotomous segmentation',
    caption:
      'Of the stretched prediction. max F is the mean of each image\u2019s own maximum, which is no less than the maximum of the mean curve that papers print; wF weighted F, S the structure and E the mean alignment measure; HCE in clicks.',
    columns: [
      { metric: 'sod.max_f', label: 'max F', digits: 3 },
      { metric: 'sod.wf', label: 'wF', digits: 3 },
      { metric: 'sod.mae', label: 'MAE', digits: 3 },
      { metric: 'sod.s', label: 'S', digits: 3 },
      { metric: 'sod.mean_e', label: 'mean E', digits: 3 },
      { metric: 'sod.hce', label: 'HCE', digits: 1 },
    ],
  },
  curves: sodCurves,
};

function metric(
  meta: Pick<MetricMeta, 'id' | 'name' | 'better' | 'formula' | 'source' | 'emptyMasks'>,
  cost: CostClass,
  compute: (pair: Pair) => MetricValue,
): Metric {
  return { meta: { ...meta, protocol: 'sod', range: [0, 1], cost }, compute };
}
