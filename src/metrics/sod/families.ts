import { eMeasure } from './e-measure.js';
import type { ThresholdFamily, Variant } from './threshold-family.js';
import * as scores from './threshold-scores.js';

const PYSOD = 'PySODMetrics 1.6.2';
const ALL: readonly Variant[] = ['max', 'mean', 'adp', 'bin'];
const WITHOUT_BINARY: readonly Variant[] = ['max', 'mean', 'adp'];

/** What most families say of themselves. */
const SHARE = {
  range: [0, 1],
  better: 'higher',
  source: PYSOD,
  emptyMasks: 'as the reference: 0 / 0 is 0',
  variants: ALL,
} as const;

/** The scores of the `sod` protocol that follow from counts at a threshold. */
export const FAMILIES: readonly ThresholdFamily[] = [
  {
    ...SHARE,
    id: 'f',
    name: 'F-measure',
    score: scores.fMeasure,
    formula: '(1 + b) P R / (b P + R), b = beta^2 = 0.3',
    source: `Achanta et al. 2009, Frequency-tuned Salient Region Detection; ${PYSOD}`,
    variants: WITHOUT_BINARY,
  },
  {
    ...SHARE,
    id: 'e',
    name: 'E-measure',
    score: eMeasure,
    // Each pixel adds at most 1, and the sum is divided by n - 1: at most n / (n - 1), which is 2 for the two pixels that it
    // takes at least, and 1.000004 for 500 x 500 (a perfect mask scores a little over 1).
    range: [0, 2],
    formula: 'sum of (a + 1)^2 / 4 over (n - 1); a = 2 p g / (p^2 + g^2), p and g the masks less their means',
    source: `Fan et al. 2018, Enhanced-alignment Measure for Binary Foreground Map Evaluation; ${PYSOD}`,
    emptyMasks:
      'truth empty: pixels left out / (n - 1); truth full: pixels predicted / (n - 1); one pixel: undefined',
    variants: WITHOUT_BINARY,
  },
  { ...SHARE, id: 'iou', name: 'IoU', score: scores.iou, formula: 'TP / (TP + FP + FN)' },
  { ...SHARE, id: 'dice', name: 'Dice', score: scores.dice, formula: '2 TP / (2 TP + FP + FN)' },
  {
    ...SHARE,
    id: 'oa',
    name: 'Overall accuracy',
    score: scores.overallAccuracy,
    formula: '(TP + TN) / (TP + FP + FN + TN)',
    emptyMasks: 'always defined',
  },
  {
    ...SHARE,
    id: 'ber',
    name: 'Balanced error rate',
    score: scores.ber,
    better: 'lower',
    formula: '1 - (recall + specificity) / 2',
    emptyMasks: 'as the reference: the rate of a class that the truth lacks is 0',
  },
  {
    ...SHARE,
    id: 'kappa',
    name: 'Kappa',
    score: scores.kappa,
    // No lower bound: the reference's chance agreement is not Cohen's.
    range: [-Infinity, 1],
    formula:
      '(oa - pe) / (1 - pe), pe = ((TP + FP)(TP + FN) + (TN + FN)(TN + TP)) / n^2 (Cohen has TN + FP last)',
  },
  { ...SHARE, id: 'precision', name: 'Precision', score: scores.precision, formula: 'TP / (TP + FP)' },
  { ...SHARE, id: 'recall', name: 'Recall', score: scores.recall, formula: 'TP / (TP + FN)' },
  { ...SHARE, id: 'specificity', name: 'Specificity', score: scores.specificity, formula: 'TN / (TN + FP)' },
];
