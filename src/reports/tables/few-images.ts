import { counted, listed } from '../../core/text.js';
import type { Summary } from '../../schema/summary.js';

/** From so many images on a mean of a dataset begins to mean something; gates and slices have the same limit. */
const FEW_IMAGES = 30;

/** Which datasets of a run have too few images; undefined where none has, or nothing was scored. */
export function fewImages({ datasets, cells }: Summary): string | undefined {
  const small = datasets.filter(({ samples }) => samples < FEW_IMAGES);
  if (small.length === 0 || cells.scored === 0) return undefined;
  return `${listed(small.map(({ title, samples }) => `${title} has ${counted(samples, 'image')}`))}: too few to draw conclusions from.`;
}
