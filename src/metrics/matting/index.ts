import { percent } from '../../core/text.js';
import type { Protocol, Step } from '../protocol.js';
import { boundaryAccuracy } from './boundary-accuracy.js';
import { connectivityError } from './connectivity-error.js';
import { mad, maeOpaque, maeTranslucent, mse, sad } from './errors.js';
import { gradientError } from './gradient-error.js';
import { alphaDifference, translucentPixels } from './alpha-difference.js';
import type { Pair } from '../metric.js';
import { valueText, whole } from '../explain-text.js';

/** The whole image, both mattes as they are. */
export const matting: Protocol = {
  id: 'matting',
  title: 'Mattes',
  metrics: [sad, mse, mad, gradientError, connectivityError, boundaryAccuracy, maeTranslucent, maeOpaque],
  conventions: [],
  signature: () => ['area:image', 'sigma:1.4', 'step:0.1', 'tau:0.15'],
  version: 1,
  explain: explainMatting,
  headline: 'matting.mad',
  main: ['matting.sad', 'matting.mse', 'matting.mad', 'matting.grad', 'matting.conn'],
  table: {
    title: 'Errors of mattes',
    caption:
      'Of the whole image, less is better. SAD and Conn are sums in thousands of pixels, Grad is a sum over 10 as P3M prints it: these three grow with the images. MSE and MAD are in thousandths.',
    columns: [
      { metric: 'matting.sad', label: 'SAD', digits: 2 },
      { metric: 'matting.mse', label: 'MSE', scale: 1000, digits: 2 },
      { metric: 'matting.mad', label: 'MAD', scale: 1000, digits: 2 },
      { metric: 'matting.grad', label: 'Grad', digits: 2 },
      { metric: 'matting.conn', label: 'Conn', digits: 2 },
    ],
  },
};

/** The sums behind the matting errors. */
function explainMatting(pair: Pair): readonly Step[] {
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
