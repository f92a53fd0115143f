import { fixedConfusion } from '../confusion.js';
import type { CountScore, Metric, MetricMeta } from '../metric.js';
import * as overlap from './overlap.js';

const JACCARD = 'Jaccard 1901';
const DICE = 'Dice 1945; Sorensen 1948';
const COUNTS = 'Counts of the confusion matrix';
const BY_CONVENTION = 'both empty: by convention (one, zero, skip)';

/** Scores of the counts at the one threshold. */
export const countedMetrics: readonly Metric[] = [
  counted('iou', overlap.iou, 'IoU', 'TP / (TP + FP + FN)', JACCARD, `${BY_CONVENTION}; one empty: 0`),
  counted('dice', overlap.dice, 'Dice', '2 TP / (2 TP + FP + FN)', DICE, `${BY_CONVENTION}; one empty: 0`),
  counted(
    'pixel_accuracy',
    overlap.pixelAccuracy,
    'Pixel accuracy',
    '(TP + TN) / (TP + FP + FN + TN)',
    COUNTS,
    'always defined',
  ),
  counted(
    'precision',
    overlap.precision,
    'Precision',
    'TP / (TP + FP)',
    COUNTS,
    `${BY_CONVENTION}; prediction empty: undefined; truth empty: 0`,
  ),
  counted(
    'recall',
    overlap.recall,
    'Recall',
    'TP / (TP + FN)',
    COUNTS,
    `${BY_CONVENTION}; truth empty: undefined; prediction empty: 0`,
  ),
  counted(
    'specificity',
    overlap.specificity,
    'Specificity',
    'TN / (TN + FP)',
    COUNTS,
    'truth without background: undefined',
  ),
  counted(
    'ber',
    overlap.ber,
    'Balanced error rate',
    '1 - (recall + specificity) / 2',
    'Used for shadows and glass, e.g. Vicente et al. 2016',
    'both empty: 1 minus the convention; truth all of one class: undefined',
    { better: 'lower' },
  ),
  counted(
    'kappa',
    overlap.kappa,
    'Cohen\u2019s kappa',
    '(po - pe) / (1 - pe); po = (TP + TN) / n, pe = ((TP + FP)(TP + FN) + (TN + FN)(TN + FP)) / n^2',
    'Cohen 1960',
    `${BY_CONVENTION}; both full: undefined; one empty: 0`,
    { range: [-1, 1] },
  ),
];

function counted(
  id: string,
  score: CountScore,
  name: string,
  formula: string,
  source: string,
  emptyMasks: string,
  other: Partial<Pick<MetricMeta, 'better' | 'range'>> = {},
): Metric {
  return {
    meta: {
      id,
      name,
      protocol: 'fixed',
      range: [0, 1],
      better: 'higher',
      formula,
      source,
      emptyMasks,
      cost: 'counts',
      ...other,
    },
    compute: (pair) => score(pair.get(fixedConfusion), pair.conventions.empty),
    ofCounts: score,
  };
}
