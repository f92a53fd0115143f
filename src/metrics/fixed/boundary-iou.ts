import type { MetricValue } from '../../schema/metric-value.js';
import { countBits, countCommon, difference, packAtLeast, type BitMask } from '../../image/bit-mask.js';
import { erodeSquare } from '../../image/erode-square.js';
import type { GrayImage } from '../../image/raster.js';
import type { Metric, Pair, TruthIntermediate } from '../metric.js';

/** Width of the boundary in parts of the image's diagonal. */
const DIAGONAL_SHARE = 0.02;

/**
 * Boundary IoU (Cheng et al. 2021) with the conventions of boundary-iou-api: the IoU of the two masks' boundaries, a
 * boundary being the foreground pixels within `round(2 % of the diagonal)` pixels (chessboard distance, at least 1) of
 * background or of the image's border. 0..1. Both masks empty: by convention; one empty: 0.
 */
export const boundaryIou: Metric = {
  meta: {
    id: 'boundary_iou',
    name: 'Boundary IoU',
    protocol: 'fixed',
    range: [0, 1],
    better: 'higher',
    formula:
      '|Bp \u2229 Bg| / |Bp \u222a Bg|, B = foreground within max(1, round(0.02 * diagonal)) pixels of background or border',
    source: 'Cheng et al. 2021, Boundary IoU; boundary-iou-api',
    emptyMasks: 'both empty: by convention (one, zero, skip); one empty: 0',
    cost: 'pixels',
  },
  compute: computeBoundaryIou,
};

/** Boundary width in pixels, at least 1; a half is rounded to even, as Python's `round` does. */
export function boundaryWidth(width: number, height: number): number {
  const wanted = DIAGONAL_SHARE * Math.sqrt(height ** 2 + width ** 2);
  const below = Math.floor(wanted);
  const isTie = wanted - below === 0.5;
  return Math.max(1, isTie ? below + (below % 2) : Math.round(wanted));
}

function computeBoundaryIou(pair: Pair): MetricValue {
  const { threshold, empty } = pair.conventions;
  const truth = pair.truth.get(truthBoundary(threshold));
  const prediction = boundaryOf(pair.prediction, threshold);
  const common = countCommon(prediction, truth.mask);
  const all = countBits(prediction) + truth.pixels - common;
  // The border counts as background, so only an empty mask has an empty boundary.
  if (all > 0) return common / all;
  if (empty === 'skip') return { undefined: 'both masks are empty' };
  return empty === 'one' ? 1 : 0;
}

function boundaryOf(image: GrayImage, threshold: number): BitMask {
  const mask = packAtLeast(image, threshold);
  return difference(mask, erodeSquare(mask, boundaryWidth(image.width, image.height)));
}

interface Boundary {
  readonly mask: BitMask;
  readonly pixels: number;
}

const truthBoundaries = new Map<number, TruthIntermediate<Boundary>>();

// A truth knows nothing of the pair's conventions, so each threshold is an intermediate of its own.
function truthBoundary(threshold: number): TruthIntermediate<Boundary> {
  let intermediate = truthBoundaries.get(threshold);
  if (intermediate === undefined) {
    intermediate = {
      name: `boundary of the truth at >= ${threshold}`,
      compute: ({ image }) => {
        const mask = boundaryOf(image, threshold);
        return { mask, pixels: countBits(mask) };
      },
    };
    truthBoundaries.set(threshold, intermediate);
  }
  return intermediate;
}
