import { extent, mean, sampleStandardDeviation } from 'simple-statistics';
import { quantilesOfSorted } from './quantile.js';
import { asArray, ascending, requireFinite, type Values } from './values.js';

/** What describes a set of scores or times. All in the unit of the values. */
interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation, divisor n - 1; null for a single value, which shows no spread. */
  readonly sd: number | null;
  readonly min: number;
  readonly max: number;
  /** Type 7 quantiles, one a probability asked for, in that order. */
  readonly quantiles: readonly Quantile[];
}

interface Quantile {
  readonly p: number;
  readonly value: number;
}

type SummaryOutcome = { readonly kind: 'summary'; readonly summary: Summary } | { readonly kind: 'empty' };

/** The probabilities that the reports show. */
const REPORTED_QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Describes values in any order: mean by compensated (Kahan-Babuska) sums, standard deviation in two passes, both by
 * simple-statistics. O(n log n). Throws `internal` on a value that is not finite or a probability outside 0..1.
 */
export function summarise(
  values: Values,
  probabilities: readonly number[] = REPORTED_QUANTILES,
): SummaryOutcome {
  requireFinite(values, 'summary');
  if (values.length === 0) return { kind: 'empty' };
  const plain = asArray(values);
  const [min, max] = extent(plain);
  const found = quantilesOfSorted(ascending(values), probabilities);
  return {
    kind: 'summary',
    summary: {
      n: plain.length,
      mean: mean(plain),
      sd: plain.length < 2 ? null : sampleStandardDeviation(plain),
      min,
      max,
      quantiles: probabilities.map((p, i) => ({ p, value: found[i] })),
    },
  };
}
