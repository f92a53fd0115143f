import { packAtLeast, type BitMask } from '../../image/bit-mask.js';
import { countedValues } from '../../image/ignored-pixels.js';
import { sodHistogram, type JointHistogram } from '../joint-histogram.js';
import type { PairIntermediate } from '../metric.js';
import { pairwiseSum } from './pairwise-sum.js';

/**
 * PySODMetrics' reading of a prediction: value / 255, then stretched so that its minimum is 0 and its maximum 1. A
 * constant prediction is left as it is. All of it follows from the 256 values, so no pixel is touched.
 */
interface Stretch extends StretchedLevels {
  /** min(2 * mean level, 1). */
  readonly adaptiveThreshold: number;
}

/** What becomes of each 8-bit value; it follows from the smallest and the largest value alone. */
interface StretchedLevels {
  /** The stretched level, 0..1, of each 8-bit value; 0 below the values that occur, 1 above them. 256 long. */
  readonly level: Float64Array;
  /** The level times 255, truncated: what the 256 thresholds compare with. 256 long. */
  readonly byte: Uint8Array;
  /** Smallest and largest value in the prediction, 0..255. */
  readonly min: number;
  readonly max: number;
}

export const stretch: PairIntermediate<Stretch> = {
  name: 'min-max stretch',
  compute: (pair) => {
    const histogram = pair.get(sodHistogram);
    const { foreground, background, foregroundTotal, backgroundTotal } = histogram;
    const present = (v: number): boolean => foreground[v] + background[v] > 0;
    const levels = stretchLevels(histogram);
    const { level, min, max } = levels;
    let sum = 0;
    for (let v = min; v <= max; v++) sum += (foreground[v] + background[v]) * level[v];

    const pixels = foregroundTotal + backgroundTotal;
    let twiceMean = (2 * sum) / pixels;
    if (level.some((l, v) => present(v) && Math.abs(l - twiceMean) < NEAR_TIE)) {
      const values = countedValues(pair.prediction, pair.truth.ignored);
      twiceMean = 2 * (pairwiseSum((i) => level[values[i]], 0, pixels) / pixels);
    }
    return { ...levels, adaptiveThreshold: Math.min(twiceMean, 1) };
  },
};

/** The levels of a prediction with at least one pixel. */
export function stretchLevels({ foreground, background }: JointHistogram): StretchedLevels {
  const present = (v: number): boolean => foreground[v] + background[v] > 0;
  let min = 0;
  let max = 255;
  while (!present(min)) min++;
  while (!present(max)) max--;

  // The order of operations is the reference's: the last bit decides which side of a threshold a level falls on.
  const level = new Float64Array(256);
  const byte = new Uint8Array(256);
  const low = min / 255;
  const span = max / 255 - low;
  for (let v = min; v <= max; v++) {
    level[v] = max === min ? v / 255 : (v / 255 - low) / span;
    byte[v] = Math.trunc(level[v] * 255);
  }
  level.fill(1, max + 1);
  byte.fill(255, max + 1);
  return { level, byte, min, max };
}

// A level this near to the threshold falls on the side that the rounding of the mean puts it: then round as numpy.
const NEAR_TIE = 1e-11;

/** The smallest value whose level is as asked, 256 where there is none; of levels that rise into what is asked. */
export function firstValue(level: Float64Array, asked: (level: number) => boolean): number {
  const v = level.findIndex(asked);
  return v === -1 ? 256 : v;
}

/** Where the stretched prediction is `> 0.5`. */
export const binaryPrediction: PairIntermediate<BitMask> = {
  name: 'binary prediction',
  compute: (pair) => {
    const { level } = pair.get(stretch);
    return packAtLeast(
      pair.prediction,
      firstValue(level, (l) => l > 0.5),
    );
  },
};
