import { MaskbenchError } from '../core/errors.js';
import { requireFinite, type Values } from './values.js';

/** One value per unit. */
interface UnitMeans {
  /** In the order in which they first come. */
  readonly units: readonly string[];
  /** Of each unit, the mean of its images: what a statistic takes in place of the images' own values. */
  readonly means: Float64Array;
  /** Images of each unit. */
  readonly sizes: readonly number[];
}

/**
 * Draws the images of one unit (a burst, a video, a subject) together: images of a unit resemble each other, units do
 * not, so the unit is what counts as one independent observation. Every unit weighs the same, however many images it
 * has, so the mean of units is another figure than the mean of images where sizes differ. `units` names the unit of each
 * value. Throws `internal` on unequal lengths or values that are not finite.
 */
export function unitMeans(values: Values, units: readonly string[]): UnitMeans {
  requireFinite(values, 'means of units');
  if (values.length !== units.length) {
    throw new MaskbenchError('internal', `means of units: ${values.length} values, ${units.length} units`);
  }
  const found = new Map<string, { sum: number; size: number }>();
  for (let i = 0; i < values.length; i++) {
    const so = found.get(units[i]) ?? { sum: 0, size: 0 };
    found.set(units[i], { sum: so.sum + values[i], size: so.size + 1 });
  }
  return {
    units: [...found.keys()],
    means: Float64Array.from(found.values(), ({ sum, size }) => sum / size),
    sizes: Array.from(found.values(), ({ size }) => size),
  };
}
