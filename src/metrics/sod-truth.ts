import { countBits, packAtLeast, type BitMask } from '../image/bit-mask.js';
import type { TruthIntermediate } from './metric.js';

/** PySODMetrics' ground truth is `> 128`. */
export const SOD_TRUTH_CUT = 129;

/** The foreground of the `sod` ground truth. */
export const sodTruthMask: TruthIntermediate<BitMask> = {
  name: 'ground-truth mask',
  compute: ({ image }) => packAtLeast(image, SOD_TRUTH_CUT),
};

/** Mean column and row of a foreground, 0-based; half the width and height where there is none. */
interface Centroid {
  readonly x: number;
  readonly y: number;
}

/** The centroid of the `sod` ground truth's foreground. */
export const truthCentroid: TruthIntermediate<Centroid> = {
  name: 'ground-truth centroid',
  compute: (truth) => centroidOf(truth.get(sodTruthMask)),
};

/** The columns 0..31 added up. */
const WHOLE_WORD = 496;

function centroidOf(mask: BitMask): Centroid {
  const { width, height, stride, words } = mask;
  const count = countBits(mask);
  if (count === 0) return { x: width / 2, y: height / 2 };
  let sumX = 0;
  let sumY = 0;
  for (let y = 0, i = 0; y < height; y++) {
    let inRow = 0;
    for (let x = 0; x < 32 * stride; x += 32) {
      let word = words[i++];
      if (word === -1) {
        inRow += 32;
        sumX += 32 * x + WHOLE_WORD;
        continue;
      }
      for (; word !== 0; word &= word - 1) {
        inRow++;
        sumX += x + 31 - Math.clz32(word & -word);
      }
    }
    sumY += inRow * y;
  }
  return { x: sumX / count, y: sumY / count };
}
