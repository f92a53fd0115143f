import { countBits, countCommon, difference, type BitMask } from '../../image/bit-mask.js';
import type { IgnoredPixels } from '../../image/ignored-pixels.js';
import type { Metric, Truth, TruthIntermediate } from '../metric.js';
import { boxPyramid } from './box-pyramid.js';
import { sodTruthMask } from '../sod-truth.js';
import { binaryPrediction } from './stretch.js';
import { sobelEdges } from './sobel-edges.js';

/** Box sides 1, 2, 4 ... 512. */
const LEVELS = 10;

/**
 * Multi-scale IoU (Ahmadzadeh et al. 2021) as PySODMetrics has it, of the prediction where stretched it is > 0.5:
 * the share of the ground truth's edge boxes that the prediction's edges hit too, at ten box sizes, averaged along
 * the sizes by the trapezoid rule. Above 0, at most 1. Boxes that only the prediction hits cost nothing, so it is a
 * recall. A ground truth without an edge gives 1.
 */
export const multiscaleIou: Metric = {
  meta: {
    id: 'sod.ms_iou',
    name: 'Multi-scale IoU',
    protocol: 'sod',
    range: [0, 1],
    better: 'higher',
    formula:
      'trapezoid over k = 0..9 of (|Pk \u2229 Gk| + 1) / (|Gk| + 1), Pk and Gk the boxes of side 2^k with an edge pixel',
    source: 'Ahmadzadeh et al. 2021, Multiscale IOU; PySODMetrics 1.6.2 (binary)',
    emptyMasks: 'truth empty: 1; only the prediction empty: near 0',
    cost: 'pixels',
  },
  compute: (pair) => multiscaleIouOf(pair.get(binaryPrediction), pair.truth),
};

/** The score of a binary prediction; see {@link multiscaleIou}. */
export function multiscaleIouOf(prediction: BitMask, truth: Pick<Truth, 'get' | 'ignored'>): number {
  const expected = truth.get(truthBoxes);
  const found = boxesOf(prediction, truth.ignored);
  let area = 0;
  for (let k = 0; k < LEVELS; k++) {
    const hit = (countCommon(found[k], expected.pyramid[k]) + 1) / (expected.counts[k] + 1);
    area += k === 0 || k === LEVELS - 1 ? hit / 2 : hit;
  }
  return area / (LEVELS - 1);
}

const truthBoxes: TruthIntermediate<{
  readonly pyramid: readonly BitMask[];
  readonly counts: readonly number[];
}> = {
  name: 'edge boxes of the truth',
  compute: (truth) => {
    const pyramid = boxesOf(truth.get(sodTruthMask), truth.ignored);
    return { pyramid, counts: pyramid.map(countBits) };
  },
};

function boxesOf(mask: BitMask, ignored: IgnoredPixels | undefined): readonly BitMask[] {
  const edges = sobelEdges(mask);
  return boxPyramid(ignored === undefined ? edges : difference(edges, ignored.mask), LEVELS);
}
