// How often a whole gate errs, by simulation through the code that judges real runs (src/analysis/gate/evidence/claims.ts), on
// gains like those of real models (bench/support/score-populations.mjs), 200 images each:
//   wrong pass   of three claims one has lost exactly its margin, the others are fit; share of runs in which all pass
//   wrong fail   six claims lie exactly on their margin; share of runs in which any fails (Holm)
//   wrong fail of times   both sides take exactly the allowed ratio; share of rounds that fail, and that fail twice
// Bar: 5 % and two standard errors.
//
//   npm run bench -- gate-errors        MASKBENCH_BENCH_RUNS=200 for a shorter look
//   node bench/gate-errors.mjs tied     some populations alone, with the very figures of the whole
import { judgeClaims } from '../dist/analysis/gate/evidence/claims.js';
import { ratioInterval } from '../dist/analysis/gate/remeasure/remeasure.js';
import { createRandom } from '../dist/stats/random.js';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { scorePopulations } from './support/score-populations.mjs';

/**
 * @import { Claim } from '../dist/analysis/gate/evidence/claims.js'
 * @import { Random } from '../dist/stats/random.js'
 * @import { ScorePopulation } from './support/score-populations.mjs'
 */

const RUNS = Number(process.env.MASKBENCH_BENCH_RUNS ?? 1000);
const IMAGES = 200;
const MARGIN = 0.01;
const BAR = 0.05 + 2 * Math.sqrt((0.05 * 0.95) / RUNS);
const OPTIONS = { level: 0.95, minimum: 30, resamples: 1000, seed: 'bench' };

printMachine();
const random = createRandom('gate errors');
const populations = scorePopulations(random.split('pools')).filter(({ kind }) => kind === 'gains');
const asked = process.argv.slice(2);
const pools = populations.filter(({ name }) => asked.length === 0 || asked.includes(name));
const [tiny] = populations.filter(({ name }) => name === 'tiny');

/**
 * A sample of a population, shifted so that its true mean is `mean`.
 *
 * @param {ScorePopulation} pool
 * @param {number} mean
 * @param {Random} stream
 */
function draw(pool, mean, stream) {
  const drawn = new Uint32Array(IMAGES);
  stream.fillBelow(drawn, pool.pool.length);
  return Float64Array.from(drawn, (i) => pool.pool[i] - pool.mean + mean);
}

/**
 * @param {string} id
 * @param {Float64Array} gains
 * @returns {Claim}
 */
function claim(id, gains) {
  return { id, rule: id, means: id, gains, margin: MARGIN, undefinedCandidate: 0 };
}

/**
 * @param {string} seed
 * @param {(stream: Random) => boolean} isWrong
 */
function share(seed, isWrong) {
  const stream = random.split(seed);
  let wrong = 0;
  for (let run = 0; run < RUNS; run++) if (isWrong(stream)) wrong++;
  return wrong / RUNS;
}

const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(1)} %`;
const rows = [['gains', 'wrong pass', 'wrong fail']];
let worst = 0;
for (const pool of pools) {
  const passes = share(`pass/${pool.name}`, (stream) =>
    judgeClaims(
      [
        claim('lost', draw(pool, -MARGIN, stream)),
        claim('better', draw(tiny, MARGIN, stream)),
        claim('equal', draw(tiny, 0, stream)),
      ],
      OPTIONS,
    ).every((check) => check.verdict === 'pass'),
  );
  const fails = share(`fail/${pool.name}`, (stream) =>
    judgeClaims(
      Array.from({ length: 6 }, (_, i) => claim(String(i), draw(pool, -MARGIN, stream))),
      OPTIONS,
    ).some((check) => check.verdict === 'fail'),
  );
  worst = Math.max(worst, passes, fails);
  rows.push([pool.name, percent(passes), percent(fails)]);
}
printTable(rows);

// processes of one build differ by 1 % (sd of the log of their medians)
const medians = (/** @type {Random} */ stream, /** @type {number} */ factor) =>
  Array.from({ length: 6 }, () => 100 * factor * Math.exp(0.01 * stream.normal()));
const failsRound = (/** @type {Random} */ stream) => {
  const interval = ratioInterval({ baseline: medians(stream, 1), candidate: medians(stream, 1.05) }, 0.95);
  return interval !== null && interval.lower > 1.05;
};
const once = share('times', failsRound);
const twice = share('times twice', (stream) => failsRound(stream) && failsRound(stream));
console.log(
  `  times exactly on the maximum ratio, 6 processes a side: a round fails ${percent(once)}, both rounds ${percent(twice)}`,
);
worst = Math.max(worst, once);
console.log(`${RUNS} runs; worst ${percent(worst)}, bar ${percent(BAR)}: ${verdict(worst <= BAR)}`);
if (worst > BAR) process.exitCode = 1;
