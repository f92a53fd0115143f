import type { Confusion } from '../metric.js';
import { fBeta } from '../f-beta.js';

/** A score of one threshold's counts as PySODMetrics computes it: what is 0 / 0 counts as 0. */
type ThresholdScore = (counts: Confusion) => number;

/** TP / (TP + FP), 0..1. Nothing predicted: 0. */
export const precision: ThresholdScore = ({ tp, fp }) => ratio(tp, tp + fp);

/** TP / (TP + FN), 0..1. Ground truth empty: 0. */
export const recall: ThresholdScore = ({ tp, fn }) => ratio(tp, tp + fn);

/** TN / (TN + FP), 0..1. Ground truth without background: 0. */
export const specificity: ThresholdScore = ({ fp, tn }) => ratio(tn, tn + fp);

/** F with beta^2 = 0.3, 0..1. No true positive: 0. */
export const fMeasure: ThresholdScore = (counts) => fBeta(precision(counts), recall(counts));

/** TP / (TP + FP + FN), 0..1. Both empty: 0. */
export const iou: ThresholdScore = ({ tp, fp, fn }) => ratio(tp, tp + fp + fn);

/** 2 TP / (2 TP + FP + FN), 0..1. Both empty: 0. */
export const dice: ThresholdScore = ({ tp, fp, fn }) => ratio(2 * tp, 2 * tp + fp + fn);

/** (TP + TN) / all pixels, 0..1: PySODMetrics' overall accuracy. */
export const overallAccuracy: ThresholdScore = ({ tp, fp, fn, tn }) => ratio(tp + tn, tp + fp + fn + tn);

/** 1 - (recall + specificity) / 2, 0..1, where the share of a class that the ground truth lacks is 0. */
export const ber: ThresholdScore = (counts) => 1 - 0.5 * (recall(counts) + specificity(counts));

/**
 * (oa - pe) / (1 - pe), at most 1, with PySODMetrics' chance agreement: pe = ((TP + FP)(TP + FN) + (TN + FN)(TN + TP)) / n^2.
 * Cohen's has TN + FP where that has TN + TP, so the two differ as soon as TP and FP do. pe = 1: 0.
 */
export const kappa: ThresholdScore = (counts) => {
  const { tp, fp, fn, tn } = counts;
  const chance = ratio((tp + fp) * (tp + fn) + (tn + fn) * (tn + tp), (tp + fp + fn + tn) ** 2);
  return ratio(overallAccuracy(counts) - chance, 1 - chance);
};

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
