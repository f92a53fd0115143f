import type { Ends } from './ends.js';
import { quantilesOfSorted } from './quantile.js';
import { ascending, requireFinite, type Values } from './values.js';

/**
 * Tukey's (1977) inner fences: 1.5 interquartile ranges beyond the quartiles (type 7). Of fewer than four values none is
 * an outlier, else those beyond the ends. A label and no verdict: nothing is ever left out for it. Throws `internal` on a value that is not finite.
 */
export function tukeyFences(values: Values): Ends {
  requireFinite(values, 'fences');
  if (values.length < 4) return { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
  const [q1, q3] = quantilesOfSorted(ascending(values), [0.25, 0.75]);
  const reach = 1.5 * (q3 - q1);
  return { lower: q1 - reach, upper: q3 + reach };
}
