import { sodHistogram } from '../joint-histogram.js';
import type { Pair } from '../metric.js';
import { stretch } from './stretch.js';

/** Mean of |stretched prediction - ground truth| (Perazzi et al. 2012), 0..1. Always defined. */
export function stretchedMae(pair: Pair): number {
  const { foreground, background, foregroundTotal, backgroundTotal } = pair.get(sodHistogram);
  const { level, min, max } = pair.get(stretch);
  let error = 0;
  for (let v = min; v <= max; v++) error += background[v] * level[v] + foreground[v] * (1 - level[v]);
  return error / (foregroundTotal + backgroundTotal);
}
