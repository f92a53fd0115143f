import { asWords } from '../count-jointly.js';
import type { Pair, PairIntermediate, TruthIntermediate } from '../metric.js';

/** Sums over pixels of the difference d = |prediction - ground truth| of the 8-bit values, 0..255: exact integers. */
interface AlphaDifference {
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The part of `sum` where the ground truth is neither 0 nor 255. */
  readonly translucentSum: number;
}

export const alphaDifference: PairIntermediate<AlphaDifference> = {
  name: 'difference of alphas',
  compute: (pair) => {
    const counts = countDifferences(pair);
    let sum = 0;
    let sumOfSquares = 0;
    let translucentSum = 0;
    for (let d = 0; d < 256; d++) {
      const pixels = counts[d] + counts[TRANSLUCENT + d];
      sum += pixels * d;
      sumOfSquares += pixels * d * d;
      translucentSum += counts[TRANSLUCENT + d] * d;
    }
    return { sum, sumOfSquares, translucentSum };
  },
};

/** Number of pixels where the ground truth is neither 0 nor 255. */
export const translucentPixels: TruthIntermediate<number> = {
  name: 'translucent pixels of the truth',
  compute: ({ image: { data } }) => {
    const words = asWords(data);
    let n = 0;
    for (let i = 0; i < words.length; i++) {
      const four = words[i];
      if (four === 0 || four === 0xffffffff) continue;
      for (let shift = 0; shift < 32; shift += 8) n += isTranslucent((four >>> shift) & 255);
    }
    for (let i = words.length * 4; i < data.length; i++) n += isTranslucent(data[i]);
    return n;
  },
};

const TRANSLUCENT = 256;

// Counts of each difference, first where the truth is opaque or clear, then where it is translucent. Where four pixels
// agree in both images, which is nearly everywhere, there is nothing to count: a difference of 0 adds nothing.
function countDifferences(pair: Pair): Uint32Array {
  const prediction = pair.prediction.data;
  const truth = pair.truth.image.data;
  const counts = new Uint32Array(2 * TRANSLUCENT);
  const count = (p: number, t: number): void => {
    counts[isTranslucent(t) * TRANSLUCENT + (p > t ? p - t : t - p)]++;
  };
  const predictionWords = asWords(prediction);
  const truthWords = asWords(truth);
  for (let i = 0; i < predictionWords.length; i++) {
    const p = predictionWords[i];
    const t = truthWords[i];
    if (p === t) continue;
    count(p & 255, t & 255);
    count((p >>> 8) & 255, (t >>> 8) & 255);
    count((p >>> 16) & 255, (t >>> 16) & 255);
    count(p >>> 24, t >>> 24);
  }
  for (let i = predictionWords.length * 4; i < truth.length; i++) count(prediction[i], truth[i]);
  return counts;
}

function isTranslucent(value: number): 0 | 1 {
  return value !== 0 && value !== 255 ? 1 : 0;
}
