import { columnsOfRow, countBits, difference, packAtLeast, type BitMask } from '../../image/bit-mask.js';
import { distancesTo, nearestInRow, startWalk, type Distances } from '../../image/distance-transform.js';
import { dilateDisc } from '../../image/morphology.js';
import { sodHistogram } from '../joint-histogram.js';
import type { Pair, TruthIntermediate } from '../metric.js';
import { sodTruthMask } from '../sod-truth.js';
import { createRowSmoother, smoothRow } from './row-smoother.js';
import { firstValue, stretch } from './stretch.js';

/** Distances to the `sod` ground truth (`> 128`), for whoever walks down its rows. */
const truthDistances: TruthIntermediate<Distances> = {
  name: 'distances to the ground truth',
  compute: (truth) => distancesTo(truth.get(sodTruthMask)),
};

/** A 7 x 7 window around a foreground pixel reaches background up to this far from the foreground. */
const WINDOW_REACH = Math.hypot(3, 3);

/** The background that a window around the foreground reaches, without what is ignored, row by row. */
interface Rim {
  /** Where a row's pixels start; one more than there are rows. */
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  /** Index of the nearest foreground pixel. */
  readonly nearest: Int32Array;
}

const truthRim: TruthIntermediate<Rim> = {
  name: 'rim of the ground truth',
  compute: (truth) => {
    const mask = truth.get(sodTruthMask);
    // Squared distances are whole numbers: half of one more is safe from rounding.
    const near = difference(dilateDisc(mask, Math.sqrt(WINDOW_REACH ** 2 + 0.5)), mask);
    const rim = truth.ignored === undefined ? near : difference(near, truth.ignored.mask);
    const count = countBits(rim);
    const offsets = new Int32Array(rim.height + 1);
    const columns = new Int32Array(count);
    const nearest = new Int32Array(count);
    const walk = startWalk(truth.get(truthDistances), Math.ceil(WINDOW_REACH));
    for (let y = 0, end = 0; y < rim.height; y++) {
      const inRow = columnsOfRow(rim, y, columns.subarray(end));
      if (inRow > 0) {
        const found = nearestInRow(walk, y, columns.subarray(end, end + inRow), inRow);
        nearest.set(found.nearest.subarray(0, inRow), end);
      }
      end += inRow;
      offsets[y + 1] = end;
    }
    return { offsets, columns, nearest };
  },
};

/**
 * Weighted F (Margolin, Zelnik-Manor & Tal 2014) of the stretched prediction with beta = 1, 0..1. Errors on the
 * foreground count for no more than the mean error around them (7 x 7 Gaussian, sigma 5, zeros beyond the border);
 * errors on the background count up to double with their distance from it. Ground truth empty: 0, as in the reference.
 */
export function weightedF(pair: Pair): number {
  if (pair.get(sodHistogram).foregroundTotal === 0) return 0;
  const { recall, precision } = weightedTerms(pair);
  return (2 * recall * precision) / (recall + precision + Number.EPSILON);
}

/** What the weighted F is made of. */
interface WeightedTerms {
  /** Sum of the weighted errors on the foreground and on the background, in pixels. */
  readonly foregroundError: number;
  readonly backgroundError: number;
  readonly recall: number;
  readonly precision: number;
}

/** The terms of the weighted F, of a ground truth that is not empty. */
export function weightedTerms(pair: Pair): WeightedTerms {
  const { foregroundTotal } = pair.get(sodHistogram);
  const missed = foregroundError(pair);
  const truePositive = foregroundTotal - missed;
  const falsePositive = backgroundError(pair);
  return {
    foregroundError: missed,
    backgroundError: falsePositive,
    recall: 1 - missed / foregroundTotal,
    precision: truePositive / (truePositive + falsePositive + Number.EPSILON),
  };
}

/** Sum over the background of the level times a weight that grows with the distance, 1 beside the foreground to 2. */
function backgroundError(pair: Pair): number {
  const { level } = pair.get(stretch);
  const { width, height, data: prediction } = pair.prediction;
  const faulty = difference(
    packAtLeast(
      pair.prediction,
      firstValue(level, (l) => l > 0),
    ),
    pair.truth.get(sodTruthMask),
  );
  const weights = distanceWeights();
  const walk = startWalk(pair.truth.get(truthDistances), FARTHEST);
  const columns = new Int32Array(width);
  let error = 0;
  for (let y = 0; y < height; y++) {
    const count = columnsOfRow(faulty, y, columns);
    if (count === 0) continue;
    const { squaredDistance } = nearestInRow(walk, y, columns, count);
    const start = y * width;
    for (let k = 0; k < count; k++) {
      error += level[prediction[start + columns[k]]] * weights[squaredDistance[k]];
    }
  }
  return error;
}

/** In pixels: from here on the weight is 2 in double precision. */
const FARTHEST = 270;

let weightsBySquaredDistance: Float64Array | undefined;

/** 2 - exp(ln(1/2) / 5 * d) by squared distance; the last one stands for all that are further. */
function distanceWeights(): Float64Array {
  weightsBySquaredDistance ??= Float64Array.from(
    { length: FARTHEST ** 2 + 2 },
    (_, squared) => 2 - Math.exp((Math.log(0.5) / 5) * Math.sqrt(squared)),
  );
  return weightsBySquaredDistance;
}

/** Sum over the foreground of the lesser of a pixel's own error and the smoothed error around it. */
function foregroundError(pair: Pair): number {
  const { level } = pair.get(stretch);
  const { width, height, data: prediction } = pair.prediction;
  const faultless = packAtLeast(
    pair.prediction,
    firstValue(level, (l) => l === 1),
  );
  const faulty = difference(pair.truth.get(sodTruthMask), faultless);
  const rim = pair.truth.get(truthRim);
  const columns = new Int32Array(width);
  const around = new Float64Array(width);
  // The errors to smooth: the foreground's own, and on the background beside it the nearest one's.
  const smoother = createRowSmoother(faulty, { prediction, level, faulty, rim }, errorsOfRow);
  let error = 0;
  for (let y = 0; y < height; y++) {
    const count = columnsOfRow(faulty, y, columns);
    if (count === 0) continue;
    smoothRow(smoother, y, columns, count, around);
    const start = y * width;
    for (let k = 0; k < count; k++) {
      const own = 1 - level[prediction[start + columns[k]]];
      error += around[k] < own ? around[k] : own;
    }
  }
  return error;
}

/** The foreground where the prediction errs, and what its errors are made of. */
interface ForegroundErrors {
  readonly prediction: Uint8Array;
  readonly level: Float64Array;
  readonly faulty: BitMask;
  readonly rim: Rim;
}

/** The errors to smooth: the foreground's own, and on the background beside it the nearest one's. */
function errorsOfRow(
  { prediction, level, faulty, rim }: ForegroundErrors,
  y: number,
  columns: Int32Array,
  errors: Float64Array,
): number {
  let count = columnsOfRow(faulty, y, columns);
  const start = y * faulty.width;
  for (let k = 0; k < count; k++) errors[k] = 1 - level[prediction[start + columns[k]]];
  for (let k = rim.offsets[y], end = rim.offsets[y + 1]; k < end; k++) {
    columns[count] = rim.columns[k];
    errors[count++] = 1 - level[prediction[rim.nearest[k]]];
  }
  return count;
}
