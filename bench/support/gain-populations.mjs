import { unitMeans } from '../../dist/stats/unit-means.js';
import { scorePopulations } from './score-populations.mjs';

/** @import { Random } from '../../dist/stats/random.js' */

/**
 * Populations of paired gains in [-1, 1] with a mean of choice, known exactly: those of `scorePopulations`, and such as
 * make a wrong verdict likely.
 *
 * @typedef {{
 *   readonly name: string,
 *   sample(n: number, mean: number, random: Random): Float64Array,
 * }} GainPopulation
 */

const SIZE = 1 << 16;
// room for moving the mean
const clipped = (/** @type {number} */ x) => Math.min(0.95, Math.max(-0.95, x));

/**
 * Most images move by noise, a share loses nearly everything.
 *
 * @param {number} share
 */
const disasters = (share) => (/** @type {Random} */ random) =>
  random.uniform() < share ? -0.9 : 0.01 * random.normal();

/** @type {Record<string, (random: Random) => number>} */
const DRAWS = {
  'retrained .01': (random) => 0.01 * random.normal(),
  'retrained .03': (random) => 0.03 * random.normal(),
  'disasters .5 %': disasters(0.005),
  'disasters 1 %': disasters(0.01),
  'disasters 2 %': disasters(0.02),
  'disasters 5 %': disasters(0.05),
  // a long tail of losses, as a lognormal's
  'lognormal losses': (random) => -0.01 * Math.exp(1.2 * random.normal()),
  'lognormal gains': (random) => 0.01 * Math.exp(1.2 * random.normal()),
};

/**
 * A sample of a pool, moved to the mean asked for.
 *
 * @param {string} name
 * @param {Float64Array} pool
 * @returns {GainPopulation}
 */
function ofPool(name, pool) {
  pool = pool.map(clipped);
  const own = pool.reduce((sum, x) => sum + x / pool.length, 0);
  return {
    name,
    sample(n, mean, random) {
      const drawn = new Uint32Array(n);
      random.fillBelow(drawn, pool.length);
      return Float64Array.from(drawn, (i) => pool[i] - own + mean);
    },
  };
}

/**
 * Each value one of two: what bounds find hardest.
 *
 * @param {string} name
 * @param {number} low
 * @param {number} high
 * @returns {GainPopulation}
 */
function twoPoints(name, low, high) {
  return {
    name,
    sample(n, mean, random) {
      const share = (mean - low) / (high - low);
      return Float64Array.from({ length: n }, () => (random.uniform() < share ? high : low));
    },
  };
}

/**
 * Bursts of five that have half of their variance in common (ICC 0.5), sd 0.05: the means of their units.
 *
 * @type {GainPopulation}
 */
const bursts = {
  name: 'bursts, by unit',
  sample(n, mean, random) {
    const spread = 0.05 * Math.SQRT1_2;
    const common = Float64Array.from({ length: n }, () => random.normal());
    const images = Array.from({ length: 5 * n }, (_, i) => Math.floor(i / 5));
    const values = images.map((unit) => mean + spread * (common[unit] + random.normal()));
    return unitMeans(values, images.map(String)).means;
  },
};

/**
 * All of them, from one seeded stream.
 *
 * @param {Random} random
 * @returns {readonly GainPopulation[]}
 */
export function gainPopulations(random) {
  const scored = scorePopulations(random.split('scores')).filter(({ kind }) => kind === 'gains');
  return [
    ...Object.entries(DRAWS).map(([name, draw]) => {
      const stream = random.split(name);
      return ofPool(
        name,
        Float64Array.from({ length: SIZE }, () => draw(stream)),
      );
    }),
    twoPoints('all or nothing', -1, 1),
    twoPoints('lost or as before', -1, 0),
    twoPoints('lost or a little better', -1, 0.005),
    twoPoints('won or a little worse', -0.015, 1),
    bursts,
    ...scored.map(({ name, pool }) => ofPool(name, pool)),
  ];
}
