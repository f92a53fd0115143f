import {
  logCapital,
  logCapitalOf,
  prepare,
  requireUnit,
  unitScale,
  type Claimed,
  type Side,
  type ValueRange,
} from './betting.js';
import { logCapitalSoFar } from './running-capital.js';
import { meanOf, requireBetween, type Values } from './values.js';

/** What is known for certain of a mean, whatever the population of values within the range. */
export interface MeanBounds {
  /** Values of all datasets. */
  readonly n: number;
  /** The mean of the datasets' means; null where a dataset has no value. */
  readonly estimate: number | null;
  /** One-sided bounds, each of confidence `level`; an end of the range where nothing is known. */
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
}

interface BoundOptions {
  readonly range: ValueRange;
  /** Confidence of each one-sided bound, 0..1 exclusive; default 0.95. */
  readonly level?: number | undefined;
}

interface SoFar extends BoundOptions {
  /**
   * The sizes that the datasets were planned to have, of whose values these are the first, in the order in which they
   * came: the bounds then hold at every look, as `runningCapital` does. Default: the values given are all.
   */
  readonly planned?: readonly number[] | undefined;
}

/**
 * Bounds for the mean of one dataset, or for the mean of several datasets' means, by betting (`logCapital`): the means
 * against which the capital at the end stays below 1 / (1 - level). Each bound is wrong with a chance of at most
 * 1 - level in samples of any size from any population of independent values within the range; the order of the values
 * does not matter. Without `planned` it is meant for data looked at once. Throws `internal` as `logCapital` does.
 */
export function meanBounds(datasets: readonly Values[], { range, level = 0.95, planned }: SoFar): MeanBounds {
  requireBetween(level, 0, 1, 'level of a bound');
  const needed = -Math.log(1 - level);
  const [low, high] = range;
  const lower =
    low + (high - low) * shownShare(capitalOf(datasets, { side: 'above', range, planned }), needed);
  const upper =
    high - (high - low) * shownShare(capitalOf(datasets, { side: 'below', range, planned }), needed);
  const isWhole = datasets.every(({ length }) => length > 0);
  return {
    n: datasets.reduce((sum, { length }) => sum + length, 0),
    estimate: isWhole ? meanOf(datasets.map(meanOf)) : null,
    lower,
    upper,
    level,
  };
}

/**
 * Whether values show, at this confidence, that the mean of the datasets' means lies above (below) `mean`: the same
 * as a bound beyond it, in one evaluation in place of some ten.
 */
export function isShown(
  datasets: readonly Values[],
  mean: number,
  { side, range, level = 0.95 }: BoundOptions & { readonly side: Side },
): boolean {
  requireBetween(level, 0, 1, 'level of a bound');
  return logCapital(datasets, mean, { side, range }) >= -Math.log(1 - level);
}

/** Values in 0..1, and the logarithm of the capital on them against a mean in 0..1. */
interface Capital {
  readonly datasets: readonly Float64Array[];
  log(m: number): number;
}

function capitalOf(datasets: readonly Values[], claimed: Claimed): Capital {
  const { planned } = claimed;
  if (planned === undefined) {
    const prepared = prepare(datasets, claimed);
    return { datasets: prepared.datasets, log: (m) => logCapitalOf(prepared, m) };
  }
  const scale = unitScale(claimed);
  const scaled = datasets.map((values) => Float64Array.from(values, (value) => requireUnit(scale(value))));
  return { datasets: scaled, log: (m) => logCapitalSoFar(scaled, planned, m) };
}

/** Parts of the range: nearer to its end than this no mean is told from it, and so finely bounds are found. */
const FINEST = 1e-12;
const FINE = 1e-10;

/**
 * The largest mean, in 0..1, that the true one is shown to reach: where the capital, which falls as the mean rises and
 * is at most 1 against the mean of the sample itself, comes to `needed`. The side of it that is surely shown.
 */
function shownShare({ datasets, log }: Capital, needed: number): number {
  const excess = (m: number): number => log(m) - needed;
  const n = datasets.reduce((sum, { length }) => sum + length, 0);
  if (datasets.some(({ length }) => length === 0)) return 0;
  let step = 4 / n;
  let above = meanOf(datasets.map(meanOf));
  let atAbove = excess(above);
  let shown = above;
  let atShown = atAbove;
  while (atShown < 0) {
    if (shown === FINEST) return 0;
    [above, atAbove] = [shown, atShown];
    shown = Math.max(FINEST, shown - step);
    atShown = excess(shown);
    step *= 2;
  }
  // false position, with the stale end's weight halved where one end stays (Illinois), and halving where it is no help
  for (let i = 0, same = 0; above - shown > FINE && i < 100; i++) {
    const part = atShown / (atShown - atAbove);
    const inside = part > 0.001 && part < 0.999 && i % 4 !== 3;
    const middle = shown + (above - shown) * (inside ? part : 0.5);
    const at = excess(middle);
    if (at >= 0) {
      [shown, atShown] = [middle, at];
      if (same > 0) atAbove /= 2;
      same = 1;
    } else {
      [above, atAbove] = [middle, at];
      if (same < 0) atShown /= 2;
      same = -1;
    }
  }
  return shown;
}
