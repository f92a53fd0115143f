import { boundaryIou } from './boundary-iou.js';
import { cutoutMetrics } from './cutout/index.js';
import { fixedMetrics } from './fixed/index.js';
import { mattingMetrics } from './matting/index.js';
import type { Metric, Protocol } from './metric.js';
import { hce } from './sod/hce.js';
import { sodMetrics } from './sod/index.js';
import { multiscaleIou } from './sod/multiscale-iou.js';

/** Every metric that Maskbench has. Adding one is one file and one line here. */
export const METRICS: readonly Metric[] = [
  ...fixedMetrics,
  boundaryIou,
  ...sodMetrics,
  multiscaleIou,
  hce,
  ...mattingMetrics,
  ...cutoutMetrics,
];

/** The metrics of the protocols named, in the registry's order. */
export function metricsOf(protocols: readonly Protocol[]): readonly Metric[] {
  return METRICS.filter((metric) => protocols.includes(metric.meta.protocol));
}
