import {
  complement,
  difference,
  intersection,
  union,
  type BitMask,
} from '../../image/bit-mask.js';
import { erodeCross, growWithin } from '../../image/morphology.js';
import { skeletonize } from '../../image/thinning.js';
import type { Metric, PairIntermediate, TruthIntermediate } from '../metric.js';
import { countClicks, type Clicks } from './clicks.js';
import { binaryPrediction, sodTruthMask } from './masks.js';

/** gamma: errors within this many pixels of the right border are forgiven. */
const RELAX = 5;
/** Tolerance of the polygons, in pixels. */
const EPSILON = 2;

/** The clicks of HCE, by what they mend. */
interface CorrectionEffort {
  readonly falsePositive: Clicks;
  readonly falseNegative: Clicks;
}

/** Skeleton of the `sod` ground truth, the costly part of HCE that does not depend on the prediction. */
export const truthSkeleton: TruthIntermediate<BitMask> = {
  name: 'ground-truth skeleton',
  compute: (truth) => skeletonize(truth.get(sodTruthMask)),
};

/** HCE's four counts. */
export const correctionEffort: PairIntermediate<CorrectionEffort> = {
  name: 'correction effort',
  compute: (pair) => {
    const truth = pair.truth.get(sodTruthMask);
    const prediction = pair.get(binaryPrediction);

    const truePositive = intersection(truth, prediction);
    const falsePositive = difference(prediction, truth);
    const falseNegative = difference(truth, prediction);
    // To a person who mends the mask the image ends where pixels are ignored: nothing is drawn there, or along it.
    const outside = pair.truth.ignored?.mask;
    const core = erodeCross(union(truth, prediction), RELAX, outside);

    const extra = substantial(falsePositive, core, complement(truth, outside));
    const missing = union(
      substantial(falseNegative, core, complement(prediction, outside)),
      // Thin parts of the object count even where they are too thin to be substantial.
      difference(pair.truth.get(truthSkeleton), prediction),
    );
    return {
      // An extra area is cut away along its border with what stays; a missing one is drawn along its border with the
      // background.
      falsePositive: countClicks(extra, union(truePositive, missing), EPSILON),
      falseNegative: countClicks(
        missing,
        complement(union(union(truePositive, extra), missing), outside),
        EPSILON,
      ),
    };
  },
};

/**
 * Human correction effort (Qin et al. 2022): about how many clicks it takes to mend the prediction, a whole number
 * from 0. Prediction `> 0.5` after the stretch, ground truth `> 128`. Always defined: two empty masks cost 0, and an
 * empty one of the two costs what it takes to draw or erase the other.
 */
export const hce: Metric = {
  meta: {
    id: 'sod.hce',
    name: 'Human correction effort',
    protocol: 'sod',
    range: [0, null],
    better: 'lower',
    formula: 'FP points + FP regions + FN points + FN regions; relax 5, epsilon 2',
    source: 'Qin et al. 2022, Highly Accurate Dichotomous Image Segmentation; PySODMetrics 1.6.2',
    emptyMasks: 'always defined; both empty: 0',
    cost: 'skeleton',
  },
  compute: (pair) => {
    const { falsePositive: fp, falseNegative: fn } = pair.get(correctionEffort);
    return fp.points + fp.regions + fn.points + fn.regions;
  },
};

// The faulty pixels that belong to more than a rim: what is left of them in the core, and what can be reached from
// there in a few steps over pixels that may be faulty.
function substantial(faulty: BitMask, core: BitMask, reachable: BitMask): BitMask {
  return intersection(growWithin(intersection(faulty, core), reachable, RELAX), faulty);
}
