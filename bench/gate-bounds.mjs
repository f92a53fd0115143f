// How often the guaranteed bounds of src/stats err, and what they can show, by simulation through the code itself
// (populations in bench/support/gain-populations.mjs; margin 0.01, confidence 95 %):
//   errors      the true mean gain exactly on the margin: share of samples that pass, and that fail, n = 16 to 2,000
//   datasets    the same of the mean of several datasets, of equal and unequal sizes
//   shapes      three ways to judge the mean of several datasets
//   power       what data of usual sizes show, each with its bar
//   excess      new disasters minus mended ones, by exact bounds on counts and by bets
//   sequential  a look after every image: wrong verdicts, and when a worse candidate is stopped
//   rank        equal models told apart, a worse one alone in first place, a gap found
//   width       how far the bounds lie from the mean and how often they miss the truth, beside `strict`
//   means       the approximate interval of a mean of datasets (Welch, Satterthwaite, guard): coverage
// Bar for errors: 5 % and three standard errors.
//
//   npm run bench -- gate-bounds          MASKBENCH_BENCH_RUNS=200 for a shorter look; 2,000 by default
//   node bench/gate-bounds.mjs errors power
import { imagesForMargin, leastImages } from '../dist/stats/images-for-margin.js';
import { excess } from '../dist/stats/differences.js';
import { isShown, meanBounds } from '../dist/stats/mean-bounds.js';
import { meanEnds } from '../dist/stats/mean-interval.js';
import { meanOfDatasets } from '../dist/stats/mean-of-datasets.js';
import { momentsOf } from '../dist/stats/moments.js';
import { boundLevelFor } from '../dist/stats/non-inferiority.js';
import { excessShare } from '../dist/stats/proportion.js';
import { createRandom } from '../dist/stats/random.js';
import { rankByBounds } from '../dist/stats/ranking-by-bounds.js';
import { resampleMeans } from '../dist/stats/resample.js';
import { runningCapital } from '../dist/stats/running-capital.js';
import { gainPopulations } from './support/gain-populations.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { scorePopulations } from './support/score-populations.mjs';

/** @import { Random } from '../dist/stats/random.js' */

const RUNS = Number(process.env.MASKBENCH_BENCH_RUNS ?? 2000);
const MARGIN = 0.01;
/** @type {readonly [number, number]} */
const GAINS = [-1, 1];
const ABOVE = /** @type {const} */ ({ side: 'above', range: GAINS });
const BELOW = /** @type {const} */ ({ side: 'below', range: GAINS });
const SHOWN = Math.log(20);
/** Of a mean that is 0 but for the order of its additions. */
const ROUNDING = 1e-12;

const random = createRandom('gate bounds');
const populations = gainPopulations(random.split('pools'));
const percent = (/** @type {number} */ value) => (100 * value).toFixed(1);
const barFor = (/** @type {number} */ runs) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);

/**
 * @param {string} what
 * @param {boolean} holds
 */
function bar(what, holds) {
  console.log(`  ${what}: ${verdict(holds)}`);
  if (!holds) process.exitCode = 1;
}

/**
 * Share of runs in which something is so.
 *
 * @param {string} seed
 * @param {(stream: Random) => boolean} holds
 * @param {number} [runs]
 */
function share(seed, holds, runs = RUNS) {
  const stream = random.split(seed);
  let count = 0;
  for (let run = 0; run < runs; run++) if (holds(stream)) count++;
  return count / runs;
}

/**
 * Gains about a mean, as a candidate's whose images differ by noise.
 *
 * @param {number} n
 * @param {number} sd
 * @param {number} mean
 * @param {Random} stream
 */
function noisy(n, sd, mean, stream) {
  return Float64Array.from({ length: n }, () => Math.max(-1, Math.min(1, mean + sd * stream.normal())));
}

function errors() {
  const sizes = [16, 50, 200, 500, 1000, 2000];
  console.log(`Mean gain exactly -${MARGIN}: wrong pass / wrong fail, percent; ${RUNS} runs`);
  const rows = [['population', ...sizes.map(String)]];
  let worst = 0;
  for (const { name, sample } of populations) {
    const cells = sizes.map((n) => {
      let fails = 0;
      const passes = share(`errors/${name}/${n}`, (stream) => {
        const gains = [sample(n, -MARGIN, stream)];
        if (isShown(gains, -MARGIN, BELOW)) fails += 1 / RUNS;
        return isShown(gains, -MARGIN, ABOVE);
      });
      worst = Math.max(worst, passes, fails);
      return `${percent(passes)} / ${percent(fails)}`;
    });
    rows.push([name, ...cells]);
  }
  printTable(rows);
  const limit = barFor(RUNS);
  bar(`worst ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
}

function datasets() {
  const layouts = [
    [50, 50],
    [20, 200],
    [100, 100, 100, 100],
    [30, 100, 300, 600],
  ];
  const runs = Math.ceil(RUNS / 4);
  console.log(
    `Mean of datasets exactly -${MARGIN}, datasets .008 apart: wrong pass / wrong fail; ${runs} runs`,
  );
  const rows = [['population', ...layouts.map((sizes) => sizes.join('+'))]];
  let worst = 0;
  for (const { name, sample } of populations) {
    const cells = layouts.map((sizes) => {
      let fails = 0;
      const passes = share(
        `datasets/${name}/${sizes.join()}`,
        (stream) => {
          const gains = sizes.map((n, k) =>
            sample(n, k % 2 === 0 ? -MARGIN - 0.004 : 0.004 - MARGIN, stream),
          );
          if (isShown(gains, -MARGIN, BELOW)) fails += 1 / runs;
          return isShown(gains, -MARGIN, ABOVE);
        },
        runs,
      );
      worst = Math.max(worst, passes, fails);
      return `${percent(passes)} / ${percent(fails)}`;
    });
    rows.push([name, ...cells]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(barFor(runs))} %`, worst <= barFor(runs));
}

/** The ways to judge a mean of datasets, on equal candidates. */
function shapes() {
  const runs = Math.ceil(RUNS / 10);
  console.log(
    `Mean of datasets, equal candidates, margin ${MARGIN}: share that passes, percent; ${runs} runs`,
  );
  const rows = [['images, noise', 'bets on all', 'means of rounds', 'mean of single bounds, Bonferroni']];
  for (const [sizes, sd] of /** @type {const} */ ([
    [[100, 100, 100, 100], 0.03],
    [[150, 150, 150, 150], 0.03],
    [[500, 500, 500, 500], 0.1],
    [[3000, 3000, 3000, 3000], 0.3],
    [[100, 300, 500, 2000], 0.05],
  ])) {
    const stream = random.split(`shapes/${sizes.join()}/${sd}`);
    const passed = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const gains = sizes.map((n) => noisy(n, sd, 0, stream));
      const rounds = Float64Array.from({ length: Math.min(...sizes) }, (_, i) =>
        gains.reduce((sum, values) => sum + values[i] / sizes.length, 0),
      );
      const level = 1 - 0.05 / sizes.length;
      const lowers = gains.map(
        (values) => meanBounds([values], { range: GAINS, level }).lower / sizes.length,
      );
      if (isShown(gains, -MARGIN, ABOVE)) passed[0] += 1 / runs;
      if (isShown([rounds], -MARGIN, ABOVE)) passed[1] += 1 / runs;
      if (lowers.reduce((sum, lower) => sum + lower, 0) > -MARGIN) passed[2] += 1 / runs;
    }
    rows.push([`${sizes.join(' + ')}, ${sd}`, ...passed.map(percent)]);
  }
  printTable(rows);
}

function power() {
  console.log(`Power at margin ${MARGIN}, percent; ${RUNS} runs`);
  const rows = [['equal candidates that pass', '299', '329', '400', '500', '1000', '2000', '5000']];
  for (const sd of [0, 0.01, 0.03, 0.1, 0.3]) {
    const runs = sd === 0 ? 1 : Math.ceil(RUNS / 4);
    const cells = rows[0]
      .slice(1)
      .map((n) =>
        percent(
          share(
            `pass/${sd}/${n}`,
            (stream) => isShown([noisy(Number(n), sd, 0, stream)], -MARGIN, ABOVE),
            runs,
          ),
        ),
      );
    rows.push([`  noise ${sd}`, ...cells]);
  }
  printTable(rows);
  const least = leastImages({ margin: MARGIN, range: GAINS });
  console.log(`  equal on every image: ${least} images are needed; no method needs fewer than 299`);
  const passes = share('equal', (stream) => isShown([noisy(1000, 0.03, 0, stream)], -MARGIN, ABOVE));
  bar(`equal, noise .03, n = 1,000: ${percent(passes)} % pass, at least 90 %`, passes >= 0.9);
  const fails = share('worse', (stream) => isShown([noisy(500, 0.1, -0.05, stream)], -MARGIN, BELOW));
  bar(`worse by .05 (sd .1), n = 500: ${percent(fails)} % fail, at least 90 %`, fails >= 0.9);
  const few = share('worse, few', (stream) => isShown([noisy(200, 0.1, -0.05, stream)], -MARGIN, BELOW));
  console.log(`  the same with n = 200: ${percent(few)} % fail`);
  const four = share(
    'four datasets',
    (stream) =>
      isShown(
        [1, 2, 3, 4].map(() => noisy(250, 0.03, 0, stream)),
        -MARGIN,
        ABOVE,
      ),
    Math.ceil(RUNS / 4),
  );
  bar(`equal, noise .03, 4 datasets of 250: ${percent(four)} % pass, at least 90 %`, four >= 0.9);
  const unlike = [
    ['images needed to pass in 80 %, as simulated from a sample', 'n at hand', 'needed', 'now'],
  ];
  for (const [n, sd] of [
    [100, 0.03],
    [100, 0.1],
    [500, 0.3],
  ]) {
    const started = process.cpuUsage().user;
    const { images, smallestMarginNow } = imagesForMargin([noisy(n, sd, 0, random.split(`needed/${sd}`))], {
      margin: MARGIN,
      range: GAINS,
      gain: 0,
    });
    const took = (process.cpuUsage().user - started) / 1e6;
    unlike.push([`  noise ${sd}, ${took.toFixed(1)} s`, `${n}`, `${images}`, smallestMarginNow.toFixed(4)]);
  }
  printTable(unlike);
}

/**
 * Bad images before and now: each model has its own share on top of one that both have.
 *
 * @param {number} n
 * @param {number} fresh
 * @param {number} mended
 * @param {Random} stream
 */
function disasters(n, fresh, mended, stream) {
  const before = [];
  const now = [];
  for (let i = 0; i < n; i++) {
    const u = stream.uniform();
    now.push(u < fresh);
    before.push(u >= fresh && u < fresh + mended);
  }
  return excess(before, now);
}

function excessOfDisasters() {
  const allowed = 0.01;
  console.log(
    `Excess of new disasters, ${allowed} allowed; percent, ${RUNS} runs: exact bounds on counts / bets`,
  );
  const rows = [['new, mended', 'n', 'passes', 'fails', 'truth']];
  let worst = 0;
  for (const [fresh, mended] of [
    [0.01, 0],
    [0.02, 0.01],
    [0.06, 0.05],
    [0, 0],
    [0.001, 0.001],
    [0.01, 0.01],
    [0.05, 0.05],
    [0.03, 0],
    [0.05, 0.01],
  ]) {
    const gap = fresh - mended - allowed;
    const truth = Math.abs(gap) < 1e-9 ? 'on the share' : gap < 0 ? 'fit' : 'unfit';
    for (const n of [330, 400, 1000, 2000]) {
      const stream = random.split(`excess/${fresh}/${mended}/${n}`);
      const pass = [0, 0];
      const fail = [0, 0];
      for (let run = 0; run < RUNS; run++) {
        const found = disasters(n, fresh, mended, stream);
        const of = (/** @type {number} */ kind) => found.reduce((sum, d) => sum + (d === kind ? 1 : 0), 0);
        const { lower, upper } = excessShare(of(1), of(-1), n);
        if (upper < allowed) pass[0] += 1 / RUNS;
        if (isShown([found], allowed, BELOW)) pass[1] += 1 / RUNS;
        if (lower > allowed) fail[0] += 1 / RUNS;
        if (isShown([found], allowed, ABOVE)) fail[1] += 1 / RUNS;
      }
      if (truth !== 'fit') worst = Math.max(worst, ...pass);
      if (truth !== 'unfit') worst = Math.max(worst, ...fail);
      rows.push([
        `${fresh}, ${mended}`,
        String(n),
        pass.map(percent).join(' / '),
        fail.map(percent).join(' / '),
        truth,
      ]);
    }
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(barFor(RUNS))} %`, worst <= barFor(RUNS));
}

/**
 * Looks after every image; the number of images after which a claim was shown, or null.
 *
 * @param {readonly Float64Array[]} gains taken in turns
 * @param {typeof ABOVE | typeof BELOW} claimed
 */
function stopping(gains, claimed) {
  const planned = gains.map(({ length }) => length);
  const capital = runningCapital(-MARGIN, { ...claimed, planned });
  let seen = 0;
  for (let turn = 0; turn < Math.max(...planned); turn++) {
    for (const [k, values] of gains.entries()) {
      if (turn >= values.length) continue;
      capital.add(k, values[turn]);
      seen++;
      if (capital.look() >= SHOWN) return seen;
    }
  }
  return null;
}

function sequential() {
  const n = 2000;
  console.log(`A look after every image of ${n}, mean gain exactly -${MARGIN}: percent; ${RUNS} runs`);
  const rows = [['population', 'ever passes', 'ever fails']];
  let worst = 0;
  for (const { name, sample } of populations) {
    let fails = 0;
    const passes = share(`sequential/${name}`, (stream) => {
      const gains = [sample(n, -MARGIN, stream)];
      if (stopping(gains, BELOW) !== null) fails += 1 / RUNS;
      return stopping(gains, ABOVE) !== null;
    });
    worst = Math.max(worst, passes, fails);
    rows.push([name, percent(passes), percent(fails)]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(barFor(RUNS))} %`, worst <= barFor(RUNS));
  for (const planned of [[5000], [1250, 1250, 1250, 1250], [100, 400, 1500, 3000]]) {
    const runs = planned.length === 1 ? RUNS : Math.ceil(RUNS / 20);
    const stream = random.split(`stopped/${planned.join()}`);
    const stops = Array.from({ length: runs }, () => {
      const gains = planned.map((size) => noisy(size, 0.1, -0.05, stream));
      return stopping(gains, BELOW) ?? Number.POSITIVE_INFINITY;
    }).sort((a, b) => a - b);
    const [median, most] = [stops[Math.floor(runs / 2)], stops[Math.ceil(0.95 * runs) - 1]];
    bar(
      `worse by .05 (sd .1), ${planned.join(' + ')} planned: stopped after a median of ${median} images, 95 % within ${most}; 250 and 600`,
      median <= 250 && most <= 600,
    );
    const equal = Array.from(
      { length: Math.ceil(runs / 10) },
      () =>
        stopping(
          planned.map((size) => noisy(size, 0.03, 0, stream)),
          ABOVE,
        ) ?? Number.POSITIVE_INFINITY,
    ).sort((a, b) => a - b);
    console.log(
      `    an equal one (noise .03) passes after a median of ${equal[Math.floor(equal.length / 2)]}`,
    );
  }
}

/**
 * Scores of models on the same images: a difficulty in common, and each model's own noise about its offset.
 *
 * @param {readonly number[]} offsets
 * @param {number} n
 * @param {Random} stream
 * @param {(stream: Random) => number} own
 */
function contenders(offsets, n, stream, own) {
  const difficulty = Float64Array.from({ length: n }, () => 0.75 + 0.1 * stream.normal());
  return offsets.map((offset, i) => ({
    name: `m${i}`,
    datasets: [difficulty.map((d) => Math.max(0, Math.min(1, d + offset + own(stream))))],
  }));
}

function rank() {
  const runs = RUNS;
  const options = /** @type {const} */ ({ better: 'higher', range: [0, 1] });
  console.log(`Rank, percent; ${runs} runs`);
  // of a difference, sd 0.1; the second has rare total losses against small gains, in the same mean
  /** @type {readonly [string, (stream: Random) => number][]} */
  const noises = [
    ['normal', (stream) => (0.1 / Math.SQRT2) * stream.normal()],
    ['rare losses', (stream) => (stream.uniform() < 0.05 ? -0.38 : 0.02)],
    ['skewed', (stream) => 0.05 * (1 - stream.exponential())],
  ];
  const rows = [['noise', 'n', 'four equal: any told apart', 'worse by .01 alone in first place']];
  let worst = 0;
  for (const [name, own] of noises) {
    for (const n of [8, 16, 30, 50, 200]) {
      const told = share(`rank/equal/${name}/${n}`, (stream) =>
        rankByBounds(contenders([0, 0, 0, 0], n, stream, own), options).pairs.some(
          (pair) => pair.distinguished,
        ),
      );
      const wrong = share(`rank/worse/${name}/${n}`, (stream) => {
        const ranked = rankByBounds(contenders([0, -0.01], n, stream, own), options).contenders;
        const first = ranked.filter(({ tier }) => tier === 1);
        return first.length === 1 && first[0].name === 'm1';
      });
      worst = Math.max(worst, told, wrong);
      rows.push([name, String(n), percent(told), percent(wrong)]);
    }
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(barFor(runs))} %`, worst <= barFor(runs));
  const normal = noises[0][1];
  for (const [models, needed] of [
    [2, 0.8],
    [5, 0.8],
    [10, 0],
  ]) {
    const found = share(
      `rank/gap/${models}`,
      (stream) => {
        const offsets = Array.from({ length: models }, (_, i) => (i === 0 ? 0.05 : 0));
        const { pairs } = rankByBounds(contenders(offsets, 200, stream, normal), options);
        return pairs.some(
          ({ better, worse, distinguished }) => distinguished && better === 'm0' && worse === 'm1',
        );
      },
      Math.ceil(runs / 4),
    );
    const text = `${models} models, one better by .05 (sd .1), n = 200: told from another in ${percent(found)} %`;
    if (needed > 0) bar(`${text}, at least ${percent(needed)} %`, found >= needed);
    else console.log(`  ${text}`);
  }
}

function width() {
  const runs = Math.ceil(RUNS / 10);
  console.log(
    `Mean distance of the lower / upper bound from the mean gain, and how often each missed the truth, percent, 95 %; ${runs} runs`,
  );
  const rows = [['population', 'n', 'bets', 'missed', 'strict', 'missed', 'bets over strict']];
  const limit = barFor(runs);
  let worst = 0;
  for (const { name, sample } of populations) {
    for (const n of [50, 200, 1000]) {
      const stream = random.split(`width/${name}/${n}`);
      const reach = { bets: [0, 0], strict: [0, 0] };
      const missed = { bets: [0, 0], strict: [0, 0] };
      for (let run = 0; run < runs; run++) {
        const gains = sample(n, 0, stream);
        const moments = momentsOf(gains);
        const strict =
          moments.standardError === 0
            ? { lower: moments.mean, upper: moments.mean }
            : meanEnds('strict', 2 * boundLevelFor(0.95, n) - 1, moments, () =>
                resampleMeans(gains, 400, stream),
              );
        const ends = { bets: meanBounds([gains], { range: GAINS }), strict };
        for (const kind of /** @type {const} */ (['bets', 'strict'])) {
          const { lower, upper } = ends[kind];
          reach[kind][0] += (moments.mean - lower) / runs;
          reach[kind][1] += (upper - moments.mean) / runs;
          if (lower > ROUNDING) missed[kind][0] += 1 / runs;
          if (upper < -ROUNDING) missed[kind][1] += 1 / runs;
        }
      }
      worst = Math.max(worst, ...missed.bets);
      const [bets, strict] = [reach.bets[0] + reach.bets[1], reach.strict[0] + reach.strict[1]];
      const both = (/** @type {readonly number[]} */ of, /** @type {(value: number) => string} */ text) =>
        of.map(text).join(' / ');
      rows.push([
        name,
        String(n),
        both(reach.bets, (value) => value.toFixed(4)),
        both(missed.bets, percent),
        both(reach.strict, (value) => value.toFixed(4)),
        both(missed.strict, percent),
        strict > 0 ? (bets / strict).toFixed(1) : '-',
      ]);
    }
  }
  printTable(rows);
  bar(`bets missed at most ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
}

function means() {
  const runs = Math.ceil(RUNS / 2);
  console.log(`Coverage of the 95 % interval of a mean of datasets, percent: t / guarded; ${runs} runs`);
  const scores = scorePopulations(random.split('scores')).filter(({ kind }) => kind === 'scores');
  const normal = {
    name: 'normal',
    mean: 0.5,
    draw: (/** @type {Random} */ stream) => 0.5 + 0.1 * stream.normal(),
  };
  const drawn = scores.map(({ name, mean, pool }) => ({
    name,
    mean,
    draw: (/** @type {Random} */ stream) => pool[stream.below(pool.length)],
  }));
  const sizes = [4, 8, 16, 50, 100];
  const rows = [['population', 'datasets', ...sizes.map(String)]];
  let held = true;
  for (const { name, mean, draw } of [normal, ...drawn]) {
    for (const count of [2, 4]) {
      const cells = sizes.map((n) => {
        const stream = random.split(`means/${name}/${count}/${n}`);
        const covered = { t: 0, guarded: 0, cautioned: 0 };
        for (let run = 0; run < runs; run++) {
          const values = Array.from({ length: count }, () =>
            Float64Array.from({ length: n }, () => draw(stream)),
          );
          for (const method of /** @type {const} */ (['t', 'guarded'])) {
            const found = meanOfDatasets(values, { method, resamples: 500, seed: run });
            if (found.kind === 'none') throw new Error('no interval');
            if (found.lower <= mean && mean <= found.upper) covered[method] += 1 / runs;
            if (found.kind === 'interval' && found.caution !== null) covered.cautioned += 0.5 / runs;
          }
        }
        // an approximate interval, cautioned of or not
        const noise = 3 * Math.sqrt((0.05 * 0.95) / runs);
        if (n >= 50 && covered.cautioned < 0.5 && covered.guarded < 0.93 - noise) held = false;
        return `${percent(covered.t)} / ${percent(covered.guarded)}`;
      });
      rows.push([name, String(count), ...cells]);
    }
  }
  printTable(rows);
  bar('guarded covers at least 93 % with 50 images per dataset, or is cautioned of', held);
}

const PARTS = { errors, datasets, shapes, power, excess: excessOfDisasters, sequential, rank, width, means };
printMachine();
const asked = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const started = process.cpuUsage().user;
  console.log(`\n${name}`);
  part();
  console.log(`  ${((process.cpuUsage().user - started) / 1e6).toFixed(0)} s of CPU`);
}
