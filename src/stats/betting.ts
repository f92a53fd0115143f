import { MaskbenchError } from '../core/errors.js';
import { leastWinnings } from './least-favourable.js';
import { requireWhole, type Values } from './values.js';

/** The lowest and the highest value that one image can have, e.g. [-1, 1] for gains of a score in [0, 1]. */
export type ValueRange = readonly [low: number, high: number];

/** Which claim the capital is evidence for. */
export type Side = 'above' | 'below';

/** A share of the first capital, and how much of it is bet on every image: 1 is all that the range allows. */
interface Bet {
  readonly stake: number;
  readonly weight: number;
}

/**
 * The bets among which the first capital is divided when `horizon` images are planned. Most of it lies at the edge:
 * where images hardly differ, nothing less can show a small margin on a few hundred of them. Bets close to the edge
 * outlive a rare total loss; halves, down to the stake that suits values spread over the whole range at the horizon,
 * are for noisy ones. Any such division is valid; docs/statistics.md says what this one was chosen for.
 */
export function betsFor(horizon: number): readonly Bet[] {
  const halvings = Math.max(1, Math.ceil(Math.log2(Math.max(1, horizon) / 6) / 2));
  return [
    { stake: 1, weight: 0.6 },
    { stake: 0.9, weight: 0.1 },
    { stake: 0.75, weight: 0.1 },
    ...Array.from({ length: halvings }, (_, i) => ({ stake: 2 ** -(i + 1), weight: 0.2 / halvings })),
  ];
}

/** What is claimed of the mean of one dataset's values, or of the mean of several datasets' means. */
export interface Claimed {
  readonly side: Side;
  readonly range: ValueRange;
  /** Images planned of each dataset, fixed before any is seen; without it, those given are all. */
  readonly planned?: readonly number[] | undefined;
}

/**
 * The logarithm of the capital that bets win on the claim that the mean of the datasets' means lies above (or below)
 * `mean`, from a capital of 1. If it does not, the capital is a non-negative supermartingale: it ever reaches 1 / alpha
 * with a chance of at most alpha, whatever the population (Ville 1939; Waudby-Smith and Ramdas 2024, "Estimating means
 * of bounded random variables by betting", J. R. Statist. Soc. B 86). Values must be independent and within the range.
 *
 * A bet multiplies its capital by 1 - s + s y / m for each y (values brought to 0..1 so that larger is what is claimed,
 * m likewise). The stake s is constant, so the order of the values does not matter, and the factor falls as m rises, so
 * the capital does. Datasets planned with more images than the smallest are bet on in proportion less, so that every
 * dataset's mean weighs the same. With several, their true means are unknown: a bet counts by what it has won
 * under the least favourable ones whose mean is `mean` (after Spertus and Stark 2022, "Sweeter than SUITE").
 *
 * Falls as `mean` rises for `above`, and the other way for `below`. -Infinity when all is lost. Throws `internal` on
 * values outside of the range, or no dataset.
 */
export function logCapital(datasets: readonly Values[], mean: number, claimed: Claimed): number {
  return logCapitalOf(prepare(datasets, claimed), unitScale(claimed)(mean));
}

/** Brings values and means to 0..1, larger being what is claimed. Throws `internal` on a range without ends. */
export function unitScale({ side, range: [low, high] }: Claimed): (value: number) => number {
  const width = high - low;
  if (!(width > 0 && width < Number.POSITIVE_INFINITY)) {
    throw new MaskbenchError('internal', `a mean by betting needs a bounded range, not ${low} to ${high}`);
  }
  return side === 'above' ? (value) => (value - low) / width : (value) => (high - value) / width;
}

/** A value that was brought to 0..1; throws `internal` if it is not there, but for rounding. */
export function requireUnit(scaled: number): number {
  if (!(scaled > -1e-9 && scaled < 1 + 1e-9)) {
    throw new MaskbenchError('internal', `mean by betting: a value lies at ${scaled} of its range`);
  }
  return Math.min(1, Math.max(0, scaled));
}

/** What `logCapitalOf` is asked of, once for several means. */
export interface Prepared {
  /** Values in 0..1. */
  readonly datasets: readonly Float64Array[];
  /** Of each dataset, the part of a bet's stake that it gets. */
  readonly shares: readonly number[];
  readonly bets: readonly Bet[];
}

/** Values scaled and in ascending order, so that their order does not enter even the rounding, and the bets on them. */
export function prepare(datasets: readonly Values[], claimed: Claimed): Prepared {
  if (datasets.length === 0) throw new MaskbenchError('internal', 'a mean by betting of no dataset');
  const scale = unitScale(claimed);
  const sizes = claimed.planned ?? datasets.map(({ length }) => length);
  return {
    datasets: datasets.map((values, k) => {
      requireWhole(sizes[k], values.length, 'planned number of images');
      return Float64Array.from(values, (value) => requireUnit(scale(value))).sort();
    }),
    ...stakesFor(sizes),
  };
}

/** The bets on datasets of these planned sizes. */
export function stakesFor(sizes: readonly number[]): Pick<Prepared, 'bets' | 'shares'> {
  const smallest = Math.min(...sizes);
  return {
    bets: betsFor(sizes.reduce((sum, size) => sum + size, 0)),
    shares: sizes.map((size) => (size === 0 ? 0 : smallest / size)),
  };
}

/** `logCapital` of prepared values, against a mean that was brought to 0..1 as they were. */
export function logCapitalOf({ datasets, shares, bets }: Prepared, m: number): number {
  // below the range no mean can lie; that it lies above the range's own end is never shown
  if (m < 0) return Number.POSITIVE_INFINITY;
  if (m === 0) return Number.NEGATIVE_INFINITY;
  const stakes = bets.map(({ stake }) => stake);
  const won =
    datasets.length === 1
      ? stakes.map((stake) => winnings(datasets[0], stake, m))
      : leastWinnings(datasets, shares, stakes, Math.min(1, m));
  return logTotal(bets, won);
}

/** The logarithm of all the capital, from that of what each bet made of 1. */
export function logTotal(bets: readonly Bet[], won: readonly number[]): number {
  return logSumExp(won.map((log, i) => Math.log(bets[i].weight) + log));
}

/** log(exp(a) + exp(b) + ...), whatever their size. */
export function logSumExp(terms: readonly number[]): number {
  const largest = Math.max(...terms);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}

/** The logarithm of what one bet makes of 1: the sum of log(1 - stake + stake y / m). */
function winnings(values: Float64Array, stake: number, m: number): number {
  const kept = 1 - stake;
  const slope = stake / m;
  let log = 0;
  let product = 1;
  for (let i = 0; i < values.length; i++) {
    product *= kept + slope * values[i];
    // a logarithm now and then, before the product leaves what a double holds
    if (product < 1e-150 || product > 1e150) {
      log += Math.log(product);
      product = 1;
    }
  }
  return log + Math.log(product);
}
