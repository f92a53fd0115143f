import type { MetricValue } from '../../schema/metric-value.js';
import type { Confusion } from '../metric.js';

/**
 * Enhanced-alignment measure of a binary prediction (Fan et al. 2018), as PySODMetrics has it: each pixel's alignment
 * of the two masks less their means, (a + 1)^2 / 4, summed and divided by pixels - 1. All pixels of one of the four
 * kinds align alike, so counts suffice. 0 .. n / (n - 1), which is a little over 1. Ground truth all of one class: the
 * share of pixels predicted so, again over n - 1.
 * One pixel: undefined.
 */
export function eMeasure({ tp, fp, fn, tn }: Confusion): MetricValue {
  const n = tp + fp + fn + tn;
  if (n === 1) return { undefined: 'one pixel is all that counts, and the measure divides by pixels - 1' };
  const truthForeground = tp + fn;
  const predicted = tp + fp;
  return alignment() / (n - 1 + Number.EPSILON);

  function alignment(): number {
    if (truthForeground === 0) return n - predicted;
    if (truthForeground === n) return predicted;
    const p = predicted / n;
    const g = truthForeground / n;
    return (
      enhanced(1 - p, 1 - g) * tp +
      enhanced(1 - p, -g) * fp +
      enhanced(-p, 1 - g) * fn +
      enhanced(-p, -g) * tn
    );
  }
}

function enhanced(prediction: number, truth: number): number {
  const aligned = (2 * (prediction * truth)) / (prediction * prediction + truth * truth + Number.EPSILON);
  return (aligned + 1) ** 2 / 4;
}
