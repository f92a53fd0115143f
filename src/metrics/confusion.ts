import type { Confusion, PairIntermediate } from './metric.js';
import { fixedHistogram, type JointHistogram } from './joint-histogram.js';

/** The counts at the `fixed` protocol's one threshold, applied to prediction and ground truth alike. */
export const fixedConfusion: PairIntermediate<Confusion> = {
  name: 'counts',
  compute: (pair) => confusionAt(pair.get(fixedHistogram), pair.conventions.threshold),
};

/** The counts when the prediction is foreground at `>= threshold`, 0..256. */
export function confusionAt(histogram: JointHistogram, threshold: number): Confusion {
  let tp = 0;
  let fp = 0;
  for (let v = threshold; v < 256; v++) {
    tp += histogram.foreground[v];
    fp += histogram.background[v];
  }
  return { tp, fp, fn: histogram.foregroundTotal - tp, tn: histogram.backgroundTotal - fp };
}

/**
 * The counts at each of the thresholds 0..255, where a pixel is foreground at `>= threshold`. 256 long.
 *
 * @param levels what the thresholds compare with instead of the value itself; must not fall as the value rises
 */
export function confusionsByThreshold(histogram: JointHistogram, levels?: Uint8Array): readonly Confusion[] {
  const { foreground, background, foregroundTotal, backgroundTotal } = histogram;
  const confusions: Confusion[] = Array.from({ length: 256 });
  let tp = 0;
  let fp = 0;
  let v = 255;
  for (let threshold = 255; threshold >= 0; threshold--) {
    for (; v >= 0 && (levels === undefined ? v : levels[v]) >= threshold; v--) {
      tp += foreground[v];
      fp += background[v];
    }
    confusions[threshold] = { tp, fp, fn: foregroundTotal - tp, tn: backgroundTotal - fp };
  }
  return confusions;
}
