import { fixedConfusion } from '../confusion.js';
import type { Metric, MetricMeta } from '../metric.js';
import { mae } from './mae.js';
import * as overlap from './overlap.js';

const JACCARD = 'Jaccard 1901';
const DICE = 'Dice 1945; Sorensen 1948';
const COUNTS = 'Counts of the confusion matrix';
const BY_CONVENTION = 'both empty: by convention (one, zero, skip)';

/** The count scores by metric id, for counts pooled over the pixels of many images. */
export const COUNT_SCORES: Readonly<Record<string, overlap.CountScore>> = {
  iou: overlap.iou,
  dice: overlap.dice,
  pixel_accuracy: overlap.pixelAccuracy,
  precision: overlap.precision,
  recall: overlap.recall,
  specificity: overlap.specificity,
  ber: overlap.ber,
  kappa: overlap.kappa,
};

/** The `fixed` protocol, boundary IoU apart: one threshold for both images, no rescaling of the prediction. */
export const fixedMetrics: readonly Metric[] = [
  counted('iou', 'IoU', 'TP / (TP + FP + FN)', JACCARD, `${BY_CONVENTION}; one empty: 0`),
  counted('dice', 'Dice', '2 TP / (2 TP + FP + FN)', DICE, `${BY_CONVENTION}; one empty: 0`),
  counted('pixel_accuracy', 'Pixel accuracy', '(TP + TN) / (TP + FP + FN + TN)', COUNTS, 'always defined'),
  counted(
    'precision',
    'Precision',
    'TP / (TP + FP)',
    COUNTS,
    `${BY_CONVENTION}; prediction empty: undefined; truth empty: 0`,
  ),
  counted(
    'recall',
    'Recall',
    'TP / (TP + FN)',
    COUNTS,
    `${BY_CONVENTION}; truth empty: undefined; prediction empty: 0`,
  ),
  counted('specificity', 'Specificity', 'TN / (TN + FP)', COUNTS, 'truth without background: undefined'),
  counted(
    'ber',
    'Balanced error rate',
    '1 - (recall + specificity) / 2',
    'Used for shadows and glass, e.g. Vicente et al. 2016',
    'both empty: 1 minus the convention; truth all of one class: undefined',
    { better: 'lower' },
  ),
  counted(
    'kappa',
    'Cohen\u2019s kappa',
    '(po - pe) / (1 - pe); po = (TP + TN) / n, pe = ((TP + FP)(TP + FN) + (TN + FN)(TN + FP)) / n^2',
    'Cohen 1960',
    `${BY_CONVENTION}; both full: undefined; one empty: 0`,
    { range: [-1, 1] },
  ),
  mae,
];

function counted(
  id: keyof typeof COUNT_SCORES & string,
  name: string,
  formula: string,
  source: string,
  emptyMasks: string,
  other: Partial<Pick<MetricMeta, 'better' | 'range'>> = {},
): Metric {
  const score = COUNT_SCORES[id];
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
  };
}
