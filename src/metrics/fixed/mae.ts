import { fixedHistogram } from '../joint-histogram.js';
import type { Metric } from '../metric.js';

/**
 * Mean absolute error of the matte as it is against the ground truth at the threshold, in units of full scale, 0..1.
 * Always defined. The error against a soft ground truth is `matting.mad`.
 */
export const mae: Metric = {
  meta: {
    id: 'mae',
    name: 'Mean absolute error',
    protocol: 'fixed',
    range: [0, 1],
    better: 'lower',
    formula: 'mean |p / 255 - [g >= t]|',
    source: 'Perazzi et al. 2012, Saliency Filters; without PySODMetrics\u2019 stretch of the prediction',
    emptyMasks: 'always defined',
    cost: 'histogram',
  },
  compute: (pair) => {
    const { foreground, background, foregroundTotal, backgroundTotal } = pair.get(fixedHistogram);
    let error = 0;
    for (let v = 0; v < 256; v++) error += background[v] * v + foreground[v] * (255 - v);
    return error / (255 * (foregroundTotal + backgroundTotal));
  },
};
