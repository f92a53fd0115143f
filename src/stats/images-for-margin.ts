import { betsFor, logCapitalOf, stakesFor, unitScale, type ValueRange } from './betting.js';
import { smallestWhere } from './bisection.js';
import { meanBounds } from './mean-bounds.js';
import { createRandom, type Random, type Seed } from './random.js';
import { requireBetween, requireWhole, type Values } from './values.js';

interface MarginOptions {
  /** How much mean may be lost. */
  readonly margin: number;
  /** Of one gain. */
  readonly range: ValueRange;
  /** Confidence of the bound, 0..1 exclusive; default 0.95. */
  readonly level?: number | undefined;
}

/**
 * The fewest images with which gains can show a mean above -margin at all: equal gains, all `gain` (default 0: nothing
 * changed). No method needs fewer than log(alpha) / log((low edge of the range to -margin) / (low edge to gain)), since a
 * population that loses all on a share of images shows none of it so often: 299 for 0.01 in [-1, 1]. The bets here take
 * a tenth more for being of use elsewhere. Infinite where gain is at most -margin.
 */
export function leastImages({ margin, range, level = 0.95 }: MarginOptions, gain = 0): number {
  requireBetween(level, 0, 1, 'level of a bound');
  const scale = unitScale({ side: 'above', range });
  const factor = scale(gain) / scale(-margin);
  if (!(factor > 1)) return Number.POSITIVE_INFINITY;
  const capital = (n: number): number =>
    betsFor(n).reduce((sum, { stake, weight }) => sum + weight * (1 - stake + stake * factor) ** n, 0);
  return smallestWhere((n) => capital(n) >= 1 / (1 - level), 1, 1e9) ?? Number.POSITIVE_INFINITY;
}

interface ImagesForMargin {
  /** Images of all datasets together, in the proportions of the data; null where not even `searched` are enough. */
  readonly images: number | null;
  /** The most images that were tried; 0 where no number could be enough. */
  readonly searched: number;
  /** The smallest margin that the given data pass. */
  readonly smallestMarginNow: number;
}

interface SimulationOptions extends MarginOptions {
  /** Chance to pass, default 0.8. */
  readonly power?: number | undefined;
  /** The true mean gain that is supposed; default: the one seen. 0 asks what an equally good candidate needs. */
  readonly gain?: number | undefined;
  readonly seed?: Seed | undefined;
}

/** Samples for one number of images, as many as the work allows: counted and not timed, so that it is repeatable. */
const WORK = 4e7;
const [FEWEST, MOST] = [60, 200];
/** The answer is found to this part of itself. */
const NEAR = 0.03;

/**
 * How many images it takes until gains like these show a mean above -margin in `power` of all samples: gains are drawn
 * from the given ones with replacement, every dataset in its proportion and shifted to the mean gain supposed, and judged
 * by the bound itself. What is not among the given gains is not in the answer: few images know of no rare loss.
 * Seeded. Throws `internal` on a dataset without gains.
 */
export function imagesForMargin(datasets: readonly Values[], options: SimulationOptions): ImagesForMargin {
  const { margin, range, level = 0.95 } = options;
  for (const { length } of datasets) requireWhole(length, 1, 'number of gains of a dataset');
  const { lower, estimate } = meanBounds(datasets, { range, level });
  const smallestMarginNow = Math.max(0, -lower);
  const seen = estimate ?? 0;
  const gain = options.gain ?? seen;
  const least = leastImages({ margin, range, level }, gain);
  const isEnough = simulation(datasets, gain - seen, options);
  let [low, high] = [0, Math.max(least, datasets.length)];
  while (isWithinReach(high, datasets.length) && !isEnough(high)) [low, high] = [high, 2 * high];
  if (!isWithinReach(high, datasets.length)) return { images: null, searched: low, smallestMarginNow };
  while (low >= least && high - low > Math.max(1, NEAR * high)) {
    const middle = Math.round((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return { images: high, searched: high, smallestMarginNow };
}

/** How often a sample of so many images is judged; with several datasets each is gone over some four times. */
function samplesOf(images: number, datasets: number): number {
  return Math.floor(WORK / (images * betsFor(images).length * (datasets > 1 ? 4 : 1)));
}

function isWithinReach(images: number, datasets: number): boolean {
  return Number.isFinite(images) && samplesOf(images, datasets) >= FEWEST;
}

/** Tells of a number of images whether enough of the samples of that size pass. */
function simulation(
  datasets: readonly Values[],
  shift: number,
  { margin, range, level = 0.95, power = 0.8, seed = 0 }: SimulationOptions,
): (images: number) => boolean {
  requireBetween(power, 0, 1, 'power');
  const scale = unitScale({ side: 'above', range });
  const pools = datasets.map((values) =>
    Float64Array.from(values, (value) => Math.min(1, Math.max(0, scale(value + shift)))),
  );
  const total = pools.reduce((sum, { length }) => sum + length, 0);
  const random = createRandom(seed);
  return (images) => {
    const sizes = pools.map(({ length }) => Math.max(1, Math.round((images * length) / total)));
    const stakes = stakesFor(sizes);
    const samples = Math.min(MOST, samplesOf(images, pools.length));
    const wanted = Math.ceil(power * samples);
    let passed = 0;
    // no more of them than it takes to know
    for (let i = 0; i < samples && passed < wanted && passed + samples - i >= wanted; i++) {
      const drawn = pools.map((pool, k) => resample(pool, sizes[k], random.split(`${i}/${k}`)));
      if (logCapitalOf({ datasets: drawn, ...stakes }, scale(-margin)) >= -Math.log(1 - level)) passed++;
    }
    return passed >= wanted;
  };
}

function resample(pool: Float64Array, size: number, random: Random): Float64Array {
  const drawn = new Uint32Array(size);
  random.fillBelow(drawn, pool.length);
  return Float64Array.from(drawn, (i) => pool[i]);
}
