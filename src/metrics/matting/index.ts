import type { Protocol } from '../protocol.js';
import { boundaryAccuracy } from './boundary-accuracy.js';
import { connectivityError } from './connectivity-error.js';
import { mad, maeOpaque, maeTranslucent, mse, sad } from './errors.js';
import { explainMatting } from './explain.js';
import { gradientError } from './gradient-error.js';

/** The whole image, both mattes as they are. */
export const matting: Protocol = {
  id: 'matting',
  title: 'Mattes',
  metrics: [sad, mse, mad, gradientError, connectivityError, boundaryAccuracy, maeTranslucent, maeOpaque],
  conventions: {},
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
