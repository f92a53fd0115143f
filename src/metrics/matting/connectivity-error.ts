import type { Metric, Pair } from '../metric.js';
import { lowestThresholdOutsideCore } from './level-components.js';
import { findLevelRuns } from './level-runs.js';
import { mattingMetric } from './matting-metric.js';

/** 0, 0.1 ... 1, with the rounding of numpy's `arange(0, 1.1, 0.1)`. */
const THRESHOLDS = Float64Array.from({ length: 11 }, (_, k) => k * 0.1);
const LEVELS = THRESHOLDS.length - 1;
/** Below this a pixel's distance from its connectedness is forgiven. */
const TOLERANCE = 0.15;

/**
 * Connectivity error (Rhemann et al. 2009) as P3M's evaluation has it: the difference of the two mattes' degrees of
 * connectedness to the largest object that both share, summed, over 1000; 0 or more, growing with the image's size.
 * Where no pixel is at least 0.1 in both mattes nothing is ever disconnected, and the error is 0, even of an empty
 * against a full matte.
 */
export const connectivityError: Metric = mattingMetric(
  {
    id: 'matting.conn',
    name: 'Connectivity error',
    range: [0, null],
    formula:
      'sum |phi(a) - phi(g)| / 1000; phi(v) = 1 - d [d >= 0.15], d = v - l, l the last of 0, 0.1 ... 1 at which the pixel is in the largest component of a >= l and g >= l',
    source: 'Rhemann et al. 2009; whole image, as P3M\u2019s evaluation (Li et al. 2021)',
    emptyMasks: 'one or both empty: 0, as the reference',
  },
  'pixels',
  computeConnectivityError,
);

function computeConnectivityError(pair: Pair): number {
  const prediction = pair.prediction.data;
  const truth = pair.truth.image.data;
  const runs = findLevelRuns(prediction, truth, pair.prediction.width, LEVEL_OF);
  const outside = lowestThresholdOutsideCore(runs, LEVELS);
  let sum = 0;
  for (let run = 0; run < runs.count; run++) {
    const connectedness = CONNECTEDNESS[outside[run]];
    for (let i = runs.start[run], end = runs.start[run + 1]; i < end; i++) {
      if (prediction[i] !== truth[i]) sum += Math.abs(connectedness[prediction[i]] - connectedness[truth[i]]);
    }
  }
  return sum / 1000;
}

/** Of each 8-bit value, the number of thresholds above 0 that it reaches. */
const LEVEL_OF = Uint8Array.from({ length: 256 }, (_, v) => {
  let level = LEVELS;
  while (v / 255 < THRESHOLDS[level]) level--;
  return level;
});

/** phi of each 8-bit value, by the lowest threshold at which the pixel is not connected (0: it always is). */
const CONNECTEDNESS: readonly Float64Array[] = Array.from({ length: LEVELS + 1 }, (_, outside) => {
  // The reference keeps this map, and only this one, in single precision.
  const last = outside === 0 ? 1 : Math.fround(THRESHOLDS[outside - 1]);
  return Float64Array.from({ length: 256 }, (__, v) => {
    const distance = v / 255 - last;
    return distance >= TOLERANCE ? 1 - distance : 1;
  });
});
