import { jointCounter, rowsByCut } from './count-jointly.js';
import type { PairIntermediate } from './metric.js';

/** Counts of the prediction's 256 values, split by what the ground truth says of the pixel. */
export interface JointHistogram {
  /** `foreground[v]`: pixels of value `v` in the prediction where the ground truth is foreground; 256 long. */
  readonly foreground: Uint32Array;
  /** `background[v]`: likewise where the ground truth is background. */
  readonly background: Uint32Array;
  readonly foregroundTotal: number;
  readonly backgroundTotal: number;
}

/** PySODMetrics' ground truth is `> 128`. */
export const SOD_TRUTH_CUT = 129;

/** The histogram of the `fixed` protocol: ground truth is foreground at `>= conventions.threshold`. */
export const fixedHistogram: PairIntermediate<JointHistogram> = {
  name: 'fixed histogram',
  compute: (pair) => fixedHistogramOf(pair.get(countsByClass), pair.conventions.threshold),
};

/** The histogram of the `sod` protocol: ground truth is foreground at `> 128`. Prediction values are as in the file. */
export const sodHistogram: PairIntermediate<JointHistogram> = {
  name: 'sod histogram',
  compute: (pair) => sodHistogramOf(pair.get(countsByClass), pair.conventions.threshold),
};

/**
 * Counts of the prediction's 256 values where the ground truth lies below the cuts of both protocols, between them,
 * and above both: 3 x 256 numbers, from which both histograms follow without the images.
 */
export type ClassCounts = Uint32Array;

// One pass over the pixels serves both protocols.
export const countsByClass: PairIntermediate<ClassCounts> = {
  name: 'joint counts',
  compute: ({ prediction, truth, conventions }) => {
    const counts = new Uint32Array(3 * 256);
    const rows = rowsByCut(conventions.threshold, SOD_TRUTH_CUT);
    jointCounter(prediction.data, truth.image.data, rows)(0, prediction.data.length, counts);
    // Ignored pixels are 0 in both images.
    counts[0] -= truth.ignored?.count ?? 0;
    return counts;
  },
};

/** The `fixed` histogram from the counts, which must have been made with the same threshold. */
export function fixedHistogramOf(counts: ClassCounts, threshold: number): JointHistogram {
  return split(counts, threshold < SOD_TRUTH_CUT ? 'low' : 'high');
}

/** The `sod` histogram, likewise. */
export function sodHistogramOf(counts: ClassCounts, threshold: number): JointHistogram {
  return split(counts, threshold < SOD_TRUTH_CUT ? 'high' : 'low');
}

/** Foreground begins at the lower or at the higher of the two cuts. */
function split(counts: ClassCounts, cut: 'low' | 'high'): JointHistogram {
  const [low, between, high] = [counts.subarray(0, 256), counts.subarray(256, 512), counts.subarray(512)];
  return cut === 'low' ? jointHistogram(low, sum(between, high)) : jointHistogram(sum(low, between), high);
}

function jointHistogram(background: Uint32Array, foreground: Uint32Array): JointHistogram {
  return { background, foreground, backgroundTotal: total(background), foregroundTotal: total(foreground) };
}

function sum(a: Uint32Array, b: Uint32Array): Uint32Array {
  return a.map((count, v) => count + b[v]);
}

function total(counts: Uint32Array): number {
  let n = 0;
  for (let v = 0; v < 256; v++) n += counts[v];
  return n;
}
