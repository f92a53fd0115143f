import { asWords } from '../count-jointly.js';
import { SOD_TRUTH_CUT } from '../joint-histogram.js';
import type { TruthIntermediate } from '../metric.js';

/** Where the `sod` ground truth (`> 128`) has its foreground. */
interface TruthMoments {
  /** Foreground pixels. */
  readonly count: number;
  /** Mean column and row of the foreground, 0-based; of an empty ground truth half the width and height. */
  readonly centroidX: number;
  readonly centroidY: number;
}

export const truthMoments: TruthIntermediate<TruthMoments> = {
  name: 'truth moments',
  compute: ({ image: { width, height, data } }) => {
    const words = asWords(data);
    let count = 0;
    let sumX = 0;
    let sumY = 0;
    for (let y = 0; y < height; y++) {
      let inRow = 0;
      let columns = 0;
      const start = y * width;
      for (let i = start, end = start + width; i < end;) {
        // Four pixels at a time where a ground truth is mostly the one or the other.
        if ((i & 3) === 0 && i + 4 <= end) {
          const word = words[i >> 2];
          if (word === 0 || word === 0xffffffff) {
            if (word !== 0) {
              inRow += 4;
              columns += 4 * (i - start) + 6;
            }
            i += 4;
            continue;
          }
        }
        if (data[i] >= SOD_TRUTH_CUT) {
          inRow++;
          columns += i - start;
        }
        i++;
      }
      count += inRow;
      sumX += columns;
      sumY += inRow * y;
    }
    return count === 0
      ? { count, centroidX: width / 2, centroidY: height / 2 }
      : { count, centroidX: sumX / count, centroidY: sumY / count };
  },
};
