import { countCommon, packAtLeast, type BitMask } from '../../image/bit-mask.js';
import type { MetricValue } from '../../schema/metric-value.js';
import type { Metric, Pair, TruthIntermediate } from '../metric.js';
import { boundaryBand, boundaryRadii, type BoundaryBand } from './boundary-bands.js';
import { mattingMetric } from './matting-metric.js';

/** Both images are foreground at `> 128`, whatever the conventions of the `fixed` protocol. */
const CUT = 129;

/**
 * Mean boundary accuracy (Cheng et al. 2020) as BiRefNet's evaluation has it: the share of pixels that are classified
 * right among those near the ground truth's contour, averaged over five radii; 0..1. Undefined where the ground truth
 * has no contour. It asks how the contour is followed, and not whether the rest of the mask is right.
 */
export const boundaryAccuracy: Metric = mattingMetric(
  {
    id: 'matting.mba',
    name: 'Mean boundary accuracy',
    range: [0, 1],
    better: 'higher',
    formula:
      'mean over five radii of (pixels with [a > 128] = [g > 128]) / pixels, within the radius of the contour of g',
    source: 'Cheng et al. 2020, CascadePSP; BiRefNet\u2019s evaluation',
    emptyMasks: 'truth empty or full: undefined',
  },
  'pixels',
  computeBoundaryAccuracy,
);

const truthBands: TruthIntermediate<{ readonly mask: BitMask; readonly bands: readonly BoundaryBand[] }> = {
  name: 'boundary bands of the truth',
  compute: ({ image, ignored }) => {
    const mask = packAtLeast(image, CUT);
    const bands = new Map<number, BoundaryBand>();
    const radii = boundaryRadii(image.width, image.height);
    for (const radius of radii)
      if (!bands.has(radius)) bands.set(radius, boundaryBand(mask, radius, ignored?.mask));
    return { mask, bands: radii.flatMap((radius) => bands.get(radius) ?? []) };
  },
};

function computeBoundaryAccuracy(pair: Pair): MetricValue {
  const { mask, bands } = pair.truth.get(truthBands);
  if (bands[0].pixels === 0) {
    const among = pair.truth.ignored === undefined ? '' : ' between pixels that count';
    return { undefined: `the ground truth has no contour${among}` };
  }
  const wrong = packAtLeast(pair.prediction, CUT);
  for (let i = 0; i < wrong.words.length; i++) wrong.words[i] ^= mask.words[i];
  let accuracy = 0;
  for (const band of bands) {
    accuracy += (band.pixels - countCommon(band.mask, wrong)) / band.pixels;
  }
  return accuracy / bands.length;
}
