/** @import { Random } from '../../dist/stats/random.js' */

/**
 * Populations of per-image scores and of paired gains to try statistics on: bounded, skewed, tied, rounded to 1e-3, as
 * IoU over a dataset is. Each is a fixed pool, so its true mean is known exactly.
 */
const SIZE = 1 << 16;

/**
 * @param {Random} random
 * @param {number} shape
 */
function gamma(random, shape) {
  // Marsaglia and Tsang 2000; shapes of at least 1
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/**
 * @param {Random} random
 * @param {number} a
 * @param {number} b
 */
function beta(random, a, b) {
  const x = gamma(random, a);
  return x / (x + gamma(random, b));
}

const rounded = (/** @type {number} */ x) => Math.round(x * 1000) / 1000;
const clipped = (/** @type {number} */ x) => Math.min(1, Math.max(0, x));

/**
 * One draw from the parts, chosen by their shares; the last part takes what is left.
 *
 * @param {Random} random
 * @param {readonly [share: number, draw: () => number][]} parts
 */
function mixture(random, parts) {
  let u = random.uniform();
  for (const [share, draw] of parts) {
    if (u < share) return rounded(draw());
    u -= share;
  }
  return rounded(parts[parts.length - 1][1]());
}

/**
 * A gain of a candidate over a baseline score that both share.
 *
 * @param {Random} random
 * @param {(before: number) => number} change
 */
function gain(random, change) {
  const before = rounded(beta(random, 15, 2));
  return rounded(rounded(clipped(change(before))) - before);
}

const zero = () => 0;
const one = () => 1;

/** @satisfies {Record<string, (r: Random) => number>} */
const SCORES = {
  // portraits: nearly all good, one in fifty a complete miss
  easy: (r) =>
    mixture(r, [
      [0.92, () => beta(r, 18, 1.2)],
      [0.05, () => beta(r, 3, 2)],
      [0.02, zero],
      [0.01, one],
    ]),
  // general pictures: good, middling, some missed, some perfect
  mixed: (r) =>
    mixture(r, [
      [0.7, () => beta(r, 9, 2)],
      [0.2, () => beta(r, 3, 3)],
      [0.04, zero],
      [0.06, one],
    ]),
  // fine structures: middling all over, one in twenty missed
  fine: (r) =>
    mixture(r, [
      [0.95, () => beta(r, 5, 2)],
      [0.05, zero],
    ]),
  // a prompt that finds the object or does not
  split: (r) =>
    mixture(r, [
      [0.15, zero],
      [0.1, one],
      [0.75, () => beta(r, 2, 1.5)],
    ]),
};

/** @type {Record<string, (r: Random) => number>} */
const GAINS = {
  // three in ten untouched, small moves both ways, one in ten larger
  tied: (r) => (r.uniform() < 0.3 ? 0 : gain(r, (x) => x + (r.uniform() < 0.1 ? 0.1 : 0.02) * r.normal())),
  // one in seven moves at all
  sparse: (r) => (r.uniform() < 0.85 ? 0 : gain(r, (x) => x + 0.05 * r.normal())),
  // another rounding of the same weights
  tiny: (r) => rounded(0.0015 * r.normal()),
  // two unrelated models
  unlike: (r) => rounded(SCORES.mixed(r) - SCORES.mixed(r)),
  // one in ten loses a fifth
  losing: (r) =>
    r.uniform() < 0.3 ? 0 : gain(r, (x) => (r.uniform() < 6 / 7 ? x + 0.01 * r.normal() : x * beta(r, 8, 2))),
  // the same, and one in fifty is lost altogether
  failing: (r) => (r.uniform() < 0.02 ? gain(r, zero) : GAINS.losing(r)),
};

/**
 * @typedef {{
 *   readonly name: string,
 *   readonly kind: 'scores' | 'gains',
 *   readonly pool: Float64Array,
 *   readonly mean: number,
 *   readonly skewness: number,
 * }} ScorePopulation
 */

/**
 * All populations, from one seeded stream.
 *
 * @param {Random} random
 */
export function scorePopulations(random) {
  /** @type {ScorePopulation[]} */
  const made = [];
  for (const kind of /** @type {const} */ (['scores', 'gains'])) {
    for (const [name, draw] of Object.entries(kind === 'scores' ? SCORES : GAINS)) {
      const stream = random.split(name);
      const pool = Float64Array.from({ length: SIZE }, () => draw(stream));
      const mean = pool.reduce((sum, x) => sum + x / SIZE, 0);
      const square = pool.reduce((sum, x) => sum + (x - mean) ** 2 / SIZE, 0);
      const cube = pool.reduce((sum, x) => sum + (x - mean) ** 3 / SIZE, 0);
      made.push({ name, kind, pool, mean, skewness: cube / square ** 1.5 });
    }
  }
  return made;
}
