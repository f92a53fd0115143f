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
  compute: (pair) => {
    const [low, between, high] = pair.get(countsByClass);
    return pair.conventions.threshold < SOD_TRUTH_CUT
      ? jointHistogram(low, sum(between, high))
      : jointHistogram(sum(low, between), high);
  },
};

/** The histogram of the `sod` protocol: ground truth is foreground at `> 128`. Prediction values are as in the file. */
export const sodHistogram: PairIntermediate<JointHistogram> = {
  name: 'sod histogram',
  compute: (pair) => {
    const [low, between, high] = pair.get(countsByClass);
    return pair.conventions.threshold < SOD_TRUTH_CUT
      ? jointHistogram(sum(low, between), high)
      : jointHistogram(low, sum(between, high));
  },
};

// One pass serves both protocols: ground-truth values fall below both cuts, between them, or above both.
const countsByClass: PairIntermediate<readonly [low: Uint32Array, between: Uint32Array, high: Uint32Array]> =
  {
    name: 'joint counts',
    compute: ({ prediction, truth, conventions }) => {
      const counts = new Uint32Array(3 * 256);
      const rows = rowsByCut(conventions.threshold, SOD_TRUTH_CUT);
      jointCounter(prediction.data, truth.image.data, rows)(0, prediction.data.length, counts);
      return [counts.subarray(0, 256), counts.subarray(256, 512), counts.subarray(512)];
    },
  };

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
