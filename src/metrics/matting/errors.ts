import type { Metric } from '../metric.js';
import { alphaDifference, translucentPixels } from './alpha-difference.js';
import { mattingMetric } from './matting-metric.js';

const P3M = 'whole image, as P3M\u2019s evaluation (Li et al. 2021)';
const ALWAYS = 'always defined';

/** Sum of absolute differences of the alphas, in thousands of pixels, 0 or more. It grows with the image's size. */
export const sad: Metric = mattingMetric(
  {
    id: 'matting.sad',
    name: 'Sum of absolute differences',
    range: [0, null],
    formula: 'sum |a - g| / 1000',
    source: `Rhemann et al. 2009; ${P3M}`,
    emptyMasks: ALWAYS,
  },
  'pixels',
  (pair) => pair.get(alphaDifference).sum / 255 / 1000,
);

/** Mean squared difference of the alphas, 0..1. */
export const mse: Metric = mattingMetric(
  {
    id: 'matting.mse',
    name: 'Mean squared error',
    range: [0, 1],
    formula: 'mean (a - g)^2',
    source: `Rhemann et al. 2009; ${P3M}`,
    emptyMasks: ALWAYS,
  },
  'pixels',
  (pair) => pair.get(alphaDifference).sumOfSquares / 255 ** 2 / pair.truth.pixels,
);

/** Mean absolute difference of the alphas, 0..1. */
export const mad: Metric = mattingMetric(
  {
    id: 'matting.mad',
    name: 'Mean absolute difference',
    range: [0, 1],
    formula: 'mean |a - g|',
    source: P3M,
    emptyMasks: ALWAYS,
  },
  'pixels',
  (pair) => pair.get(alphaDifference).sum / 255 / pair.truth.pixels,
);

/** Mean absolute difference over the pixels whose ground truth is between 0 and 1, 0..1; undefined without any. */
export const maeTranslucent: Metric = mattingMetric(
  {
    id: 'matting.mae_translucent',
    name: 'MAE where the ground truth is translucent',
    range: [0, 1],
    formula: 'mean |a - g| over pixels with 0 < g < 1',
    source: 'Maskbench',
    emptyMasks: 'truth without translucent pixels: undefined',
  },
  'pixels',
  (pair) => {
    const pixels = pair.truth.get(translucentPixels);
    if (pixels === 0) return { undefined: 'the ground truth has no translucent pixel' };
    return pair.get(alphaDifference).translucentSum / 255 / pixels;
  },
);

/** Mean absolute difference over the pixels whose ground truth is 0 or 1, 0..1; undefined without any. */
export const maeOpaque: Metric = mattingMetric(
  {
    id: 'matting.mae_opaque',
    name: 'MAE where the ground truth is opaque or clear',
    range: [0, 1],
    formula: 'mean |a - g| over pixels with g = 0 or g = 1',
    source: 'Maskbench',
    emptyMasks: 'truth translucent everywhere: undefined',
  },
  'pixels',
  (pair) => {
    const pixels = pair.truth.pixels - pair.truth.get(translucentPixels);
    if (pixels === 0) return { undefined: 'the ground truth is translucent everywhere' };
    const { sum, translucentSum } = pair.get(alphaDifference);
    return (sum - translucentSum) / 255 / pixels;
  },
);
