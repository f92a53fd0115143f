import { packAtLeast, type BitMask } from '../../image/bit-mask.js';
import { SOD_TRUTH_CUT } from '../joint-histogram.js';
import type { PairIntermediate, TruthIntermediate } from '../metric.js';
import { firstValue, stretch } from './stretch.js';

/** The `sod` ground truth (`> 128`). */
export const sodTruthMask: TruthIntermediate<BitMask> = {
  name: 'ground-truth mask',
  compute: ({ image }) => packAtLeast(image, SOD_TRUTH_CUT),
};

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
