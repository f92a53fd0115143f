import type { Metric, Pair, TruthIntermediate } from '../metric.js';
import { gradientMagnitude, type GradientMagnitude } from './gradient-magnitude.js';
import { mattingMetric } from './matting-metric.js';
import { TILE } from './uniform-tiles.js';

/**
 * Gradient error (Rhemann et al. 2009): the squared difference of the gradients' magnitudes, summed, over 10; 0 or
 * more, growing with the image's size. Zero for an inverted matte too: a magnitude has no direction.
 */
export const gradientError: Metric = mattingMetric(
  {
    id: 'matting.grad',
    name: 'Gradient error',
    range: [0, null],
    formula: 'sum (|grad a| - |grad g|)^2 / 10, Gaussian derivatives of sigma 1.4',
    source: 'Rhemann et al. 2009; whole image, as P3M\u2019s evaluation (Li et al. 2021)',
    emptyMasks: 'always defined',
  },
  'pixels',
  (pair) => sumOfSquaredDifferences(pair) / 10,
);

const truthGradient: TruthIntermediate<GradientMagnitude> = {
  name: 'gradient magnitude of the truth',
  compute: ({ image, ignored }) => gradientMagnitude(image, ignored?.at),
};

const TILE_OF_ZEROS = new Float32Array(TILE * TILE);

// The reference adds up in single precision, whose rounding (1e-7 of the sum) depends on the version of numpy.
function sumOfSquaredDifferences(pair: Pair): number {
  const truth = pair.truth.get(truthGradient);
  const prediction = gradientMagnitude(pair.prediction, pair.truth.ignored?.at);
  let sum = 0;
  for (let tile = 0; tile < truth.start.length; tile++) {
    if (truth.start[tile] < 0 && prediction.start[tile] < 0) continue;
    const expected = valuesOf(truth, tile);
    const found = valuesOf(prediction, tile);
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.fround(found[i] - expected[i]);
      sum += Math.fround(difference * difference);
    }
  }
  return sum;
}

function valuesOf({ start, values }: GradientMagnitude, tile: number): Float32Array {
  return start[tile] < 0 ? TILE_OF_ZEROS : values.subarray(start[tile], start[tile] + TILE * TILE);
}
