import type { BitMask } from '../../image/bit-mask.js';
import { withPlanes, type Plane } from '../../image/bits-kernel.js';
import { erodeCross } from '../../image/morphology.js';
import { skeletonize } from '../../image/thinning.js';
import type { Metric, PairIntermediate, TruthIntermediate } from '../metric.js';
import { countClicks, type Clicks } from './clicks.js';
import { sodTruthMask } from '../sod-truth.js';
import { binaryPrediction } from './stretch.js';

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
    const found = faults(
      pair.truth.get(sodTruthMask),
      pair.truth.get(truthSkeleton),
      pair.get(binaryPrediction),
      pair.truth.ignored?.mask,
    );
    return {
      // An extra area is cut away along its border with what stays; a missing one is drawn along its border with the
      // background.
      falsePositive: countClicks(found.extra, found.stays, EPSILON),
      falseNegative: countClicks(found.missing, found.background, EPSILON),
    };
  },
};

/** What must be mended, and what it is mended along. */
interface Faults {
  readonly extra: BitMask;
  readonly missing: BitMask;
  readonly stays: BitMask;
  readonly background: BitMask;
}

function faults(
  truthMask: BitMask,
  skeletonMask: BitMask,
  predictionMask: BitMask,
  ignored: BitMask | undefined,
): Faults {
  return withPlanes(truthMask, (planes) => {
    const { and, or, andNot, put, take } = planes;
    // To a person who mends the mask the image ends where pixels are ignored: nothing is drawn there, or along it.
    const inside = ignored === undefined ? planes.all : andNot(planes.all, put(ignored));
    const [truth, prediction] = [put(truthMask), put(predictionMask)];
    const core = erodeCross(planes, or(truth, prediction), RELAX, inside);
    // The faulty pixels that belong to more than a rim: what is left of them in the core, and what can be reached from
    // there in a few steps over pixels that may be faulty.
    const substantial = (faulty: Plane, reachable: Plane): Plane =>
      and(planes.grow(and(faulty, core), reachable, RELAX), faulty);

    const extra = substantial(andNot(prediction, truth), andNot(inside, truth));
    const missing = or(
      substantial(andNot(truth, prediction), andNot(inside, prediction)),
      // Thin parts of the object count even where they are too thin to be substantial.
      andNot(put(skeletonMask), prediction),
    );
    const stays = or(and(truth, prediction), missing);
    return {
      extra: take(extra),
      missing: take(missing),
      stays: take(stays),
      background: take(andNot(inside, or(stays, extra))),
    };
  });
}

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
