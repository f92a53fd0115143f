import { nearestForeground, type NearestForeground } from '../../image/distance-transform.js';
import { asWords } from '../count-jointly.js';
import { SOD_TRUTH_CUT, sodHistogram } from '../joint-histogram.js';
import type { Pair, TruthIntermediate } from '../metric.js';
import { createRowSmoother } from './row-smoother.js';
import { stretch } from './stretch.js';

/** Distance and nearest pixel of the `sod` ground truth (`> 128`), the costly part of the weighted F. */
const truthDistance: TruthIntermediate<NearestForeground> = {
  name: 'distance to the ground truth',
  compute: (truth) => nearestForeground(truth.image, SOD_TRUTH_CUT),
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
  const { level, min } = pair.get(stretch);
  const { squaredDistance } = pair.truth.get(truthDistance);
  const truth = pair.truth.image.data;
  const prediction = pair.prediction.data;
  const words = asWords(prediction);
  const faultless = level[min] === 0 ? fourTimes(min) : NO_WORD;
  const weights = distanceWeights();
  const far = weights.length - 1;
  let error = 0;
  for (let i = 0; i < truth.length; i++) {
    if ((i & 3) === 0 && words[i >> 2] === faultless) {
      i += 3;
      continue;
    }
    const e = level[prediction[i]];
    if (e === 0 || truth[i] >= SOD_TRUTH_CUT) continue;
    const d = squaredDistance[i];
    error += e * weights[d < far ? d : far];
  }
  return error;
}

let weightsBySquaredDistance: Float64Array | undefined;

/** 2 - exp(ln(1/2) / 5 * d) by squared distance, as far as it differs from 2 in double precision. */
function distanceWeights(): Float64Array {
  weightsBySquaredDistance ??= Float64Array.from(
    { length: 270 ** 2 },
    (_, squared) => 2 - Math.exp((Math.log(0.5) / 5) * Math.sqrt(squared)),
  );
  return weightsBySquaredDistance;
}

/** Sum over the foreground of the lesser of a pixel's own error and the smoothed error around it. */
function foregroundError(pair: Pair): number {
  const { width, height, data: truth } = pair.truth.image;
  const prediction = pair.prediction.data;
  const { level, max } = pair.get(stretch);
  const predictionWords = asWords(prediction);
  const truthWords = asWords(truth);
  const faultless = level[max] === 1 ? fourTimes(max) : NO_WORD;
  const smooth = createRowSmoother(width, height, errorRow(pair));
  const columns = new Int32Array(width);
  const around = new Float64Array(width);
  let error = 0;
  for (let y = 0; y < height; y++) {
    const start = y * width;
    let count = 0;
    for (let i = start, end = start + width; i < end; i++) {
      if ((i & 3) === 0 && i + 4 <= end) {
        if (truthWords[i >> 2] === 0 || predictionWords[i >> 2] === faultless) {
          i += 3;
          continue;
        }
      }
      if (truth[i] >= SOD_TRUTH_CUT && level[prediction[i]] !== 1) columns[count++] = i - start;
    }
    if (count > 0) smooth(y, columns, count, around);
    for (let k = 0; k < count; k++) {
      const own = 1 - level[prediction[start + columns[k]]];
      error += around[k] < own ? around[k] : own;
    }
  }
  return error;
}

// A 7 x 7 window around a foreground pixel reaches no background that is further than this from the foreground.
const WINDOW_REACH = 3 ** 2 + 3 ** 2;
// Further than this from the foreground, and the next three pixels are out of reach as well.
const FOUR_OUT_OF_REACH = Math.ceil((Math.sqrt(WINDOW_REACH) + 3) ** 2);

/**
 * Writes one row of the errors to smooth: the foreground's own, and on the background beside it the nearest one's; 0 where
 * a pixel is ignored, as beyond the border.
 */
function errorRow(pair: Pair): (y: number, into: Float64Array) => void {
  const { width, data: truth } = pair.truth.image;
  const prediction = pair.prediction.data;
  const { level } = pair.get(stretch);
  const { nearest, squaredDistance } = pair.truth.get(truthDistance);
  const ignored = pair.truth.ignored?.at;
  return (y, into) => {
    into.fill(0);
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (truth[i] >= SOD_TRUTH_CUT) {
        into[x] = 1 - level[prediction[i]];
        continue;
      }
      const d = squaredDistance[i];
      if (d <= WINDOW_REACH) into[x] = 1 - level[prediction[nearest[i]]];
      else if (d > FOUR_OUT_OF_REACH) {
        x += 3;
        i += 3;
      }
    }
    if (ignored === undefined) return;
    for (let x = 0, i = y * width; x < width; x++, i++) if (ignored[i] !== 0) into[x] = 0;
  };
}

function fourTimes(value: number): number {
  return value * 0x01010101;
}

/** Equal to no four pixels, and to none that are not there. */
const NO_WORD = -1;
