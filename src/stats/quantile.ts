import { MaskbenchError } from '../core/errors.js';
import { ascending, requireFinite, type Values } from './values.js';

/**
 * Quantiles by linear interpolation between order statistics, position p (n - 1): type 7 of Hyndman and Fan 1996,
 * the default of R and NumPy. Takes values in any order, probabilities in 0..1, returns one quantile a probability.
 * Throws `internal` on no values, a value that is not finite, or a probability out of range.
 */
export function quantiles(values: Values, probabilities: readonly number[]): number[] {
  requireFinite(values, 'quantiles');
  return quantilesOfSorted(ascending(values), probabilities);
}

/** The same for values already in ascending order (not checked). */
export function quantilesOfSorted(sorted: Values, probabilities: readonly number[]): number[] {
  if (sorted.length === 0) throw new MaskbenchError('internal', 'quantiles of no values');
  return probabilities.map((p) => {
    if (!(p >= 0 && p <= 1)) throw new MaskbenchError('internal', `quantile ${p} is not within 0..1`);
    const at = (sorted.length - 1) * p;
    const below = Math.floor(at);
    if (below === at) return sorted[at];
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
  });
}

/** The median: the quantile at one half. */
export function medianOf(values: Values): number {
  return quantiles(values, [0.5])[0];
}
