import { alphaDifference, translucentPixels } from './alpha-difference.js';
import { boundaryAccuracy } from './boundary-accuracy.js';
import { connectivityError } from './connectivity-error.js';
import { mad, mse, sad } from './errors.js';
import { gradientError } from './gradient-error.js';
import type { Pair } from '../metric.js';
import type { Step } from '../protocol.js';
import { percent, valueText, whole } from '../explain-text.js';

/** The sums behind the matting errors. */
export function explainMatting(pair: Pair): readonly Step[] {
  const { sum, sumOfSquares } = pair.get(alphaDifference);
  const all = pair.truth.pixels;
  const soft = pair.truth.get(translucentPixels);
  return [
    {
      label: 'ground truth',
      text: `${whole(soft)} of ${whole(all)} pixels (${percent(soft / all)}) are translucent`,
    },
    {
      label: 'differences',
      text: `of the 8-bit values: sum ${whole(sum)}, sum of squares ${whole(sumOfSquares)}`,
    },
    { label: 'SAD', text: `sum / 255 / 1000 = ${valueText(sad.compute(pair))}` },
    { label: 'MSE', text: `sum of squares / 255^2 / ${whole(all)} = ${valueText(mse.compute(pair))}` },
    { label: 'MAD', text: `sum / 255 / ${whole(all)} = ${valueText(mad.compute(pair))}` },
    {
      label: 'gradient',
      text: `sum of squared differences / 10 = ${valueText(gradientError.compute(pair))}`,
    },
    {
      label: 'connectivity',
      text: `sum of differences / 1000 = ${valueText(connectivityError.compute(pair))}`,
    },
    {
      label: 'boundary',
      text: `mean boundary accuracy over five radii = ${valueText(boundaryAccuracy.compute(pair))}`,
    },
  ];
}
