import { confusionsByThreshold } from '../confusion.js';
import type { CurveReading } from '../curves.js';
import { sodHistogramOf } from '../joint-histogram.js';
import { eMeasure } from './e-measure.js';
import { stretchLevels } from './stretch.js';
import { fMeasure, iou, precision, recall } from './threshold-scores.js';

/** The stretched prediction. */
export const sodCurves: CurveReading = {
  protocol: 'sod',
  holdsThreshold: false,
  confusions(counts, { threshold }) {
    const histogram = sodHistogramOf(counts, threshold);
    return confusionsByThreshold(histogram, stretchLevels(histogram).byte);
  },
  scores: { precision, recall, f: fMeasure, iou, e: eMeasure },
};
