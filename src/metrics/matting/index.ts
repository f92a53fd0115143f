import type { Metric } from '../metric.js';
import { boundaryAccuracy } from './boundary-accuracy.js';
import { connectivityError } from './connectivity-error.js';
import { mad, maeOpaque, maeTranslucent, mse, sad } from './errors.js';
import { gradientError } from './gradient-error.js';

/** The `matting` protocol: the whole image, both mattes as they are. */
export const mattingMetrics: readonly Metric[] = [
  sad,
  mse,
  mad,
  gradientError,
  connectivityError,
  boundaryAccuracy,
  maeTranslucent,
  maeOpaque,
];
