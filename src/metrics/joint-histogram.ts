import { countJointly, jointCounter, rowsByCut, type JointCounter } from './count-jointly.js';
import type { PairIntermediate, Truth } from './metric.js';
import { SOD_TRUTH_CUT, truthCentroid } from './sod-truth.js';
import { roundHalfEven } from '../image/round-half-even.js';

/** Counts of the prediction's 256 values, split by what the ground truth says of the pixel. */
export interface JointHistogram {
  /** `foreground[v]`: pixels of value `v` in the prediction where the ground truth is foreground; 256 long. */
  readonly foreground: Uint32Array;
  /** `background[v]`: likewise where the ground truth is background. */
  readonly background: Uint32Array;
  readonly foregroundTotal: number;
  readonly backgroundTotal: number;
}

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

export const countsByClass: PairIntermediate<ClassCounts> = {
  name: 'joint counts',
  compute: (pair) => {
    const counts = new Uint32Array(3 * 256);
    for (const { counts: ofQuarter } of pair.get(countsByQuarter))
      ofQuarter.forEach((n, k) => (counts[k] += n));
    return counts;
  },
};

/** Part of an image. */
export interface Quarter {
  readonly counts: ClassCounts;
  readonly width: number;
  readonly height: number;
  /** How many of its pixels are; they are not counted. */
  readonly ignored: number;
}

/**
 * The counts in each of the four parts into which the centroid of the `sod` ground truth divides the image: upper left and
 * right, lower left and right. One pass over the pixels serves both protocols, and the S-measure.
 */
export const countsByQuarter: PairIntermediate<readonly Quarter[]> = {
  name: 'joint counts by quarter',
  compute: ({ prediction, truth, conventions }) => {
    const { width, height, data } = truth.image;
    const centroid = truth.get(truthCentroid);
    // The row and column of the centroid belong to the upper and left quarters.
    const middleX = roundHalfEven(centroid.x) + 1;
    const middleY = roundHalfEven(centroid.y) + 1;
    const counter = jointCounter(prediction.data, data, rowsByCut(conventions.threshold, SOD_TRUTH_CUT));
    return [
      countQuarter(counter, truth, 0, middleY, 0, middleX),
      countQuarter(counter, truth, 0, middleY, middleX, width),
      countQuarter(counter, truth, middleY, height, 0, middleX),
      countQuarter(counter, truth, middleY, height, middleX, width),
    ];
  },
};

function countQuarter(
  counter: JointCounter,
  truth: Truth,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Quarter {
  const { width } = truth.image;
  const counts = new Uint32Array(3 * 256);
  for (let y = top; y < bottom; y++) countJointly(counter, y * width + left, y * width + right, counts);
  const ignored = ignoredWithin(truth, top, bottom, left, right);
  // Ignored pixels are 0 in both images.
  counts[0] -= ignored;
  return { counts, width: right - left, height: bottom - top, ignored };
}

function ignoredWithin(
  { ignored, image }: Truth,
  top: number,
  bottom: number,
  left: number,
  right: number,
): number {
  if (ignored === undefined) return 0;
  let n = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (ignored.at[y * image.width + x] !== 0) n++;
  }
  return n;
}

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
