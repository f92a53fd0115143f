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
