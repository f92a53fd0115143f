import {
  type Claimed,
  logCapitalOf,
  logSumExp,
  logTotal,
  requireUnit,
  stakesFor,
  unitScale,
} from './betting.js';
import { requireBetween, requireWhole } from './values.js';

/** Of the capital, what is bet on the turns that all datasets take. */
const ON_TURNS = 0.75;

/** The capital of a claim while its values come in. */
export interface RunningCapital {
  /** Takes the next value of a dataset (by its number). */
  add(dataset: number, value: number): void;
  /**
   * Looks: the logarithm of the highest capital of all looks so far. The claim is shown once it reaches
   * log(1 / alpha), and stays so; a claim that is not true is ever shown, however often one looks, with a chance of at
   * most alpha.
   */
  look(): number;
}

/**
 * `logCapital` for data that are looked at while they come in, in an order fixed before the first; `planned` are the
 * sizes of the datasets if nothing stops it. After the last value a look finds what `logCapital` finds of all.
 *
 * Where datasets are planned of different sizes and come in turns, three quarters of the capital are bet on the turns, as
 * if all were as large as the smallest, and the rest on the whole: bets sized for thousands of images show nothing after
 * a hundred, and bets sized for the smallest dataset make nothing of the rest. That costs log 4 at the end. With one dataset a value
 * takes as long as there are bets; with several a look goes over all values. Throws `internal` as `logCapital` does, and
 * on more values than planned or a mean that is not inside the range.
 */
export function runningCapital(
  mean: number,
  claimed: Claimed & { readonly planned: readonly number[] },
): RunningCapital {
  const { planned } = claimed;
  const scale = unitScale(claimed);
  const m = scale(mean);
  requireBetween(m, 0, 1, 'the mean that a claim is about, as a part of the range,');
  const capital = (planned.length === 1 ? capitalOfOne : capitalOfSeveral)(planned, m);
  const left = [...planned];
  let highest = Number.NEGATIVE_INFINITY;
  return {
    add(dataset, value) {
      left[dataset] -= 1;
      requireWhole(left[dataset], 0, 'number of images that are still planned');
      capital.add(requireUnit(scale(value)), dataset);
    },
    look: () => (highest = Math.max(highest, capital.log())),
  };
}

/** The same of values and a mean in 0..1. */
interface Capital {
  add(value: number, dataset: number): void;
  log(): number;
}

function capitalOfOne(planned: readonly number[], m: number): Capital {
  const { bets } = stakesFor(planned);
  const won = bets.map(() => 0);
  return {
    add(value) {
      for (const [i, { stake }] of bets.entries()) won[i] += Math.log(1 - stake + (stake * value) / m);
    },
    log: () => logTotal(bets, won),
  };
}

function capitalOfSeveral(planned: readonly number[], m: number): Capital {
  const values = planned.map((size) => new Float64Array(size));
  const seen = planned.map(() => 0);
  return {
    add(value, dataset) {
      values[dataset][seen[dataset]++] = value;
    },
    log: () =>
      logCapitalSoFar(
        values.map((of, k) => of.subarray(0, seen[k])),
        planned,
        m,
      ),
  };
}

/**
 * The logarithm of the capital that bets have won on the values so far, in 0..1 and in the order in which they came, of
 * datasets of these planned sizes, against a mean that was brought to 0..1 as they were.
 */
export function logCapitalSoFar(
  values: readonly Float64Array[],
  planned: readonly number[],
  m: number,
): number {
  const smallest = Math.min(...planned);
  const capitalUpTo = (sizes: readonly number[]): number =>
    logCapitalOf({ ...stakesFor(sizes), datasets: values.map((of, k) => of.subarray(0, sizes[k])) }, m);
  const whole = capitalUpTo(planned);
  if (planned.every((size) => size === smallest)) return whole;
  const turns = capitalUpTo(planned.map(() => smallest));
  return logSumExp([Math.log(ON_TURNS) + turns, Math.log(1 - ON_TURNS) + whole]);
}
