import type { MetricValue } from '../../schema/metric-value.js';
import { BETA_SQUARED } from '../f-beta.js';
import type { Conventions, CountScore } from '../metric.js';

/** TP / (TP + FP + FN), 0..1. Both masks empty: by convention; one empty: 0. */
export const iou: CountScore = ({ tp, fp, fn }, empty) =>
  tp + fp + fn === 0 ? bothEmpty(empty) : tp / (tp + fp + fn);

/** 2 TP / (2 TP + FP + FN), 0..1; the F1 of the pixels. Both masks empty: by convention; one empty: 0. */
export const dice: CountScore = ({ tp, fp, fn }, empty) =>
  tp + fp + fn === 0 ? bothEmpty(empty) : (2 * tp) / (2 * tp + fp + fn);

/**
 * F with beta^2 = 0.3, (1 + b) TP / (b (TP + FN) + TP + FP), 0..1: `sod`'s F of counts by the `fixed` conventions. Both
 * masks empty: by convention; one empty: 0.
 */
export const fMeasure: CountScore = ({ tp, fp, fn }, empty) =>
  tp + fp + fn === 0 ? bothEmpty(empty) : ((1 + BETA_SQUARED) * tp) / (BETA_SQUARED * (tp + fn) + tp + fp);

/** (TP + TN) / all pixels, 0..1. Always defined: two empty masks agree everywhere. */
export const pixelAccuracy: CountScore = ({ tp, fp, fn, tn }) => (tp + tn) / (tp + fp + fn + tn);

/** TP / (TP + FP), 0..1. Both masks empty: by convention; only the prediction empty: undefined. */
export const precision: CountScore = ({ tp, fp, fn }, empty) => {
  if (tp + fp + fn === 0) return bothEmpty(empty);
  return tp + fp === 0 ? { undefined: 'the prediction is empty' } : tp / (tp + fp);
};

/** TP / (TP + FN), 0..1. Both masks empty: by convention; only the ground truth empty: undefined. */
export const recall: CountScore = ({ tp, fp, fn }, empty) => {
  if (tp + fp + fn === 0) return bothEmpty(empty);
  return tp + fn === 0 ? { undefined: 'the ground truth is empty' } : tp / (tp + fn);
};

/** TN / (TN + FP), 0..1. Undefined where the ground truth has no background. */
export const specificity: CountScore = ({ fp, tn }) =>
  tn + fp === 0 ? { undefined: 'the ground truth has no background' } : tn / (tn + fp);

/**
 * Balanced error rate, 1 - (recall + specificity) / 2, 0..1, lower is better. Both masks empty: the mirror image of
 * the convention (`one` is a perfect score, here 0). Otherwise undefined where the ground truth is all of one class.
 */
export const ber: CountScore = ({ tp, fp, fn, tn }, empty) => {
  if (tp + fp + fn === 0) {
    const score = bothEmpty(empty);
    return typeof score === 'number' ? 1 - score : score;
  }
  if (tp + fn === 0) return { undefined: 'the ground truth is empty' };
  if (tn + fp === 0) return { undefined: 'the ground truth has no background' };
  return (fn / (tp + fn) + fp / (tn + fp)) / 2;
};

/**
 * Cohen's kappa, (observed - chance agreement) / (1 - chance agreement), -1..1. Both masks empty: by convention; both
 * full: undefined, since chance alone agrees everywhere; one empty: 0.
 */
export const kappa: CountScore = ({ tp, fp, fn, tn }, empty) => {
  if (tp + fp + fn === 0) return bothEmpty(empty);
  if (tn + fp + fn === 0) return { undefined: 'both masks are full, so agreement by chance is complete' };
  // Both sides multiplied by the pixel count squared: integers all the way to the one division.
  return (2 * (tp * tn - fn * fp)) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn));
};

function bothEmpty(convention: Conventions['empty']): MetricValue {
  if (convention === 'skip') return { undefined: 'both masks are empty' };
  return convention === 'one' ? 1 : 0;
}
