import type { Protocol } from '../protocol.js';
import { boundaryIou } from './boundary-iou.js';
import { countedMetrics } from './counted.js';
import { explainFixed } from './explain.js';
import { mae } from './mae.js';
import { confusionsByThreshold } from '../confusion.js';
import type { CurveReading } from '../curves.js';
import { fixedHistogramOf } from '../joint-histogram.js';
import { fMeasure, iou, precision, recall } from './overlap.js';

/** The matte as it is. */
export const fixedCurves: CurveReading = {
  protocol: 'fixed',
  holdsThreshold: true,
  confusions: (counts, { threshold }) => confusionsByThreshold(fixedHistogramOf(counts, threshold)),
  scores: { precision, recall, f: fMeasure, iou },
};

/** One threshold for both images, no rescaling of the prediction. Its table is the post's, with the three measures there. */
export const fixed: Protocol = {
  id: 'fixed',
  title: 'Masks at a fixed threshold',
  metrics: [...countedMetrics, mae, boundaryIou],
  conventions: ['threshold', 'empty'],
  signature: ({ threshold, empty }) => [`t:${threshold}`, `empty:${empty}`, 'boundary:0.02'],
  version: 1,
  explain: explainFixed,
  headline: 'iou',
  main: ['iou', 'dice', 'pixel_accuracy', 'boundary_iou', 'mae'],
  table: {
    title: 'Measures of model accuracy',
    caption: '',
    columns: [
      { metric: 'iou', label: 'IoU', digits: 3 },
      { metric: 'dice', label: 'Dice', digits: 3 },
      { metric: 'pixel_accuracy', label: 'Pixel acc.', digits: 3 },
    ],
  },
  curves: fixedCurves,
};
