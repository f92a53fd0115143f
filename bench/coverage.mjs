// How often the intervals of src/stats hold the truth, and how often the gate and the tests err.
//   npm run build && node bench/coverage.mjs [intervals|shown|gate|tests|ratio|large|all] [--runs 2000] [--resamples 2000]
//     [--populations easy,tied] [--sizes 100,200]     parts of the first two, with the very figures of the whole
import { parseArgs } from 'node:util';
import { metricMeans, meansOfDatasets } from '../dist/scoring/aggregate/metric-means.js';
import { gatherRows, rowWidth, scoreRow } from '../dist/scoring/aggregate/score-row.js';
import { metricsOf } from '../dist/metrics/registry.js';
import { accelerationOfMean, bcaEnds, studentisedEnds } from '../dist/stats/bootstrap.js';
import { meanEnds } from '../dist/stats/mean-interval.js';
import { isConstant, momentsOf } from '../dist/stats/moments.js';
import { boundLevelFor } from '../dist/stats/non-inferiority.js';
import { signFlipTest } from '../dist/stats/permutation.js';
import { createRandom } from '../dist/stats/random.js';
import { ratioOfMedians } from '../dist/stats/ratio-of-medians.js';
import { resampleMeans } from '../dist/stats/resample.js';
import { wilcoxonSignedRank } from '../dist/stats/wilcoxon.js';
import { printTable, verdict } from './support/print.mjs';
import { scorePopulations } from './support/score-populations.mjs';

/**
 * @import { MetricMean } from '../dist/schema/summary.js'
 * @import { IntervalMethod } from '../dist/stats/interval.js'
 * @import { Moments } from '../dist/stats/moments.js'
 * @import { Random } from '../dist/stats/random.js'
 * @import { MeanReplicates } from '../dist/stats/resample.js'
 * @import { TestOutcome } from '../dist/stats/test-outcome.js'
 * @import { ScorePopulation } from './support/score-populations.mjs'
 */

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '2000' },
    resamples: { type: 'string', default: '2000' },
    populations: { type: 'string' },
    sizes: { type: 'string' },
  },
});
const runs = Number(options.runs);
const resamples = Number(options.resamples);
/** @type {IntervalMethod[]} */
const METHODS = ['t', 'percentile', 'bca', 'studentised', 'hall', 'guarded', 'strict'];
/** As `nonInferiority` takes its bounds: `strict` at the level with the allowance for few images. */
const GATE = 'gate';

/** @typedef {IntervalMethod | typeof GATE} Method */
/** @typedef {{ high: number, low: number, none: number }} Misses */

/**
 * Runs in which each method's two-sided interval lay above (`high`) and below the truth, as shares.
 *
 * @param {ScorePopulation} population
 * @param {number} n
 * @param {number} level
 * @param {readonly Method[]} methods
 * @param {Random} random
 */
function misses(population, n, level, methods, random) {
  /** @type {Record<string, Misses>} */
  const found = Object.fromEntries(methods.map((method) => [method, { high: 0, low: 0, none: 0 }]));
  const gateLevel = 2 * boundLevelFor((1 + level) / 2, n) - 1;
  const drawn = new Uint32Array(n);
  for (let run = 0; run < runs; run++) {
    random.fillBelow(drawn, population.pool.length);
    const sample = Float64Array.from(drawn, (i) => population.pool[i]);
    const flat = isConstant(sample);
    const moments = momentsOf(sample);
    /** @type {MeanReplicates | undefined} */
    let kept;
    const replicates = () => (kept ??= resampleMeans(sample, resamples, random));
    for (const method of methods) {
      const { lower, upper } = flat
        ? { lower: sample[0], upper: sample[0] }
        : method === GATE
          ? meanEnds('strict', gateLevel, moments, replicates)
          : meanEnds(method, level, moments, replicates);
      const count = found[method];
      if (!Number.isFinite(lower) || !Number.isFinite(upper)) count.none += 1 / runs;
      if (lower > population.mean) count.high += 1 / runs;
      if (upper < population.mean) count.low += 1 / runs;
    }
  }
  return found;
}

const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);

/**
 * @param {readonly ScorePopulation['kind'][]} kinds
 * @param {readonly number[]} sizes
 * @param {number} level
 * @param {readonly Method[]} methods
 * @param {(misses: Misses) => string} cell
 */
function populationTable(kinds, sizes, level, methods, cell) {
  const random = createRandom('coverage');
  const rows = [];
  for (const population of scorePopulations(random.split('populations'))) {
    if (!kinds.includes(population.kind)) continue;
    if (options.populations?.split(',').includes(population.name) === false) continue;
    for (const n of options.sizes?.split(',').map(Number) ?? sizes) {
      const found = misses(population, n, level, methods, random.split(`${population.name}/${n}`));
      rows.push([
        population.name,
        population.skewness.toFixed(1),
        String(n),
        ...methods.map((method) => cell(found[method])),
      ]);
    }
  }
  printTable([['population', 'skewness', 'n', ...methods], ...rows]);
}

function intervals() {
  console.log(`Coverage of two-sided 95 % intervals, percent; ${runs} runs, ${resamples} resamples`);
  populationTable(['scores', 'gains'], [16, 30, 50, 100, 200, 500], 0.95, METHODS, (m) =>
    percent(1 - m.high - m.low),
  );
}

const IOU = metricsOf(['fixed']).filter(({ meta }) => meta.id === 'iou');

/**
 * Images with these IoUs: of uneven sizes and foregrounds (log-normal, sd 0.8), what is missed on one side or the other.
 *
 * @param {readonly number[]} ious
 * @param {Random} random
 */
function rowsOf(ious, random) {
  return ious.map((iou) => {
    const union = Math.exp(11 + 0.8 * random.normal());
    const extra = random.uniform();
    const missed = (1 - iou) * union;
    const counts = { tp: iou * union, fp: extra * missed, fn: (1 - extra) * missed, tn: union };
    return scoreRow(['iou'], { iou }, counts);
  });
}

/** @param {readonly Float64Array[]} rows */
function columnsOf(rows) {
  const gathered = gatherRows(rowWidth(1), rows.length);
  rows.forEach(gathered.add);
  return { columns: gathered.columns(), scored: rows.length };
}

/**
 * What summaries, tables and pages show, by the code that makes it: the mean of a dataset, the mean of 2 and of 4 datasets,
 * and the score pooled over pixels.
 */
function shown() {
  const trials = Math.min(runs, 1000);
  const sizes = options.sizes?.split(',').map(Number) ?? [16, 30, 50, 100, 200, 500];
  console.log(
    `Intervals as they are shown: covered, percent (with a caution, percent; of those without covered, percent); ${trials} runs`,
  );
  const random = createRandom('shown');
  const rows = [];
  let isKept = true;
  for (const population of scorePopulations(random.split('populations'))) {
    if (population.kind !== 'scores') continue;
    if (options.populations?.split(',').includes(population.name) === false) continue;
    const pool = rowsOf([...population.pool], random.split(`${population.name}/pool`));
    let [hits, area] = [0, 0];
    for (const [, tp, fp, fn] of pool) [hits, area] = [hits + tp, area + tp + fp + fn];
    for (const n of sizes) {
      const stream = random.split(`${population.name}/${n}`);
      const draw = () => Array.from({ length: n }, () => pool[stream.below(pool.length)]);
      const pooled = tally(hits / area);
      const means = [1, 2, 4].map((datasets) => ({ datasets, ...tally(population.mean) }));
      for (let run = 0; run < trials; run++) {
        for (const { datasets, add } of means) {
          const drawn = Array.from({ length: datasets }, () => columnsOf(draw()));
          const found = datasets === 1 ? metricMeans(drawn[0], IOU, 'one') : meansOfDatasets(drawn, IOU);
          add(found.iou.interval, found.iou.caution);
          if (datasets === 1) pooled.add(found.iou.pooledInterval, found.iou.pooledCaution);
        }
      }
      if (n >= LEAST) isKept &&= [...means, pooled].every((one) => one.isKept());
      rows.push([population.name, String(n), ...[...means, pooled].map(({ cell }) => cell())]);
    }
  }
  const kinds = ['mean', '2 datasets', '4 datasets', 'pooled'];
  printTable([['population', 'n of each', ...kinds], ...rows]);
  console.log(
    `  from ${LEAST} images of each on ${percent(LOW)} to ${percent(HIGH)} % of those without a caution are covered, within three simulation errors: ${verdict(isKept)}`,
  );
  if (!isKept) process.exitCode = 1;
}

/** What an interval of 95 % that nobody is cautioned of must cover, from so many images of each dataset on. */
const [LEAST, LOW, HIGH] = [50, 0.93, 0.97];

/** How often intervals hold a truth, and how often they are cautioned of. @param {number} truth */
function tally(truth) {
  const count = { all: 0, held: 0, plain: 0, plainHeld: 0 };
  return {
    /** @param {MetricMean['interval']} interval @param {MetricMean['caution']} caution */
    add(interval, caution) {
      if (interval === undefined || 'undefined' in interval) throw new Error('no interval');
      const holds = interval[0] <= truth && truth <= interval[1];
      count.all++;
      if (holds) count.held++;
      if (caution !== undefined) return;
      count.plain++;
      if (holds) count.plainHeld++;
    },
    isKept() {
      const error = 3 * Math.sqrt((0.05 * 0.95) / Math.max(1, count.plain));
      const covered = count.plainHeld / count.plain;
      return count.plain === 0 || (covered >= LOW - error && covered <= HIGH + error);
    },
    cell() {
      const cautioned = Math.round(100 * (1 - count.plain / count.all));
      const plain = count.plain === 0 ? '-' : percent(count.plainHeld / count.plain);
      return `${percent(count.held / count.all)} (${cautioned}; ${plain})`;
    },
  };
}

function gate() {
  console.log(
    'Errors of the one-sided 95 % decision with the true gain on the margin, percent: wrong pass / wrong fail',
  );
  console.log(`${runs} runs, ${resamples} resamples`);
  populationTable(
    ['gains'],
    [30, 50, 100, 200, 500, 1000],
    0.9,
    [...METHODS, GATE],
    (m) => `${percent(m.high)} / ${percent(m.low)}`,
  );
}

/** Level of the paired tests at 5 % when nothing is gained: signs of a population's gains flipped at random. */
function tests() {
  console.log(
    `Rejections at 5 % without any true difference, percent; ${runs} runs, ${resamples} sign patterns`,
  );
  const random = createRandom('tests');
  const rows = [];
  for (const population of scorePopulations(random.split('populations'))) {
    if (population.kind !== 'gains') continue;
    for (const n of [10, 30, 100, 500]) {
      const found = { two: 0, greater: 0, wilcoxon: 0 };
      for (let run = 0; run < runs; run++) {
        const gains = Float64Array.from({ length: n }, () => {
          const gain = population.pool[random.below(population.pool.length)];
          return random.below(2) === 0 ? gain : -gain;
        });
        const rejects = (/** @type {TestOutcome} */ outcome) =>
          outcome.kind === 'tested' && outcome.p <= 0.05 ? 1 / runs : 0;
        found.two += rejects(signFlipTest(gains, { resamples, seed: run }));
        found.greater += rejects(signFlipTest(gains, { resamples, seed: run, alternative: 'greater' }));
        found.wilcoxon += rejects(wilcoxonSignedRank(gains));
      }
      rows.push([
        population.name,
        String(n),
        percent(found.two),
        percent(found.greater),
        percent(found.wilcoxon),
      ]);
    }
  }
  printTable([['population', 'n', 'sign-flip', 'sign-flip, greater', 'Wilcoxon'], ...rows]);
}

function ratio() {
  const trials = Math.min(runs, 1000);
  console.log(`Coverage of 95 % intervals for a ratio of medians, percent (width, percent); ${trials} runs`);
  const random = createRandom('ratio');
  const rows = [];
  for (const [between, disturbed] of [
    [0.005, 0],
    [0.03, 0],
    [0.03, 0.15],
  ]) {
    for (const count of [2, 3, 4, 6, 8, 12, 20]) {
      const found = [
        { method: /** @type {const} */ ('welch'), held: 0, width: 0 },
        { method: /** @type {const} */ ('hierarchical'), held: 0, width: 0 },
      ];
      for (let run = 0; run < trials; run++) {
        const a = side(random, count, between, disturbed);
        const b = side(random, count, between, disturbed);
        for (const sums of found) {
          const interval = ratioOfMedians(a, b, { method: sums.method, resamples: 1000, seed: run });
          if (interval.kind === 'none') throw new Error(`${count} processes are too few`);
          if (interval.lower <= 1 && interval.upper >= 1) sums.held += 1 / trials;
          sums.width += Math.log(interval.upper / interval.lower) / trials;
        }
      }
      const cells = found.map(({ held, width }) => `${percent(held)} (${percent(width)})`);
      rows.push([percent(between), percent(disturbed), String(count), ...cells]);
    }
  }
  printTable([
    ['sd between processes, %', 'disturbed, %', 'processes a side', 'welch', 'hierarchical'],
    ...rows,
  ]);
}

/**
 * Processes of 51 times each: log-normal within, some of them slowed as by a neighbour.
 *
 * @param {Random} random
 * @param {number} processes
 * @param {number} between
 * @param {number} disturbed
 */
function side(random, processes, between, disturbed) {
  return Array.from({ length: processes }, () => {
    const slow = random.uniform() < disturbed ? 0.2 * random.exponential() : 0;
    const level = between * random.normal() + slow;
    return Float64Array.from({ length: 51 }, () => 100 * Math.exp(level + 0.05 * random.normal()));
  });
}

/** The large-sample bootstrap beside the plain one, on 20,000 gains with 0, 5 and 30 catastrophes. */
function large() {
  const seeds = 20;
  console.log(
    `95 % ends in standard errors from the mean: mean (sd) over ${seeds} seeds; n = 20,000, 10,000 resamples`,
  );
  const rows = [];
  for (const catastrophes of [0, 5, 30]) {
    const random = createRandom(`large/${catastrophes}`);
    const gains = Float64Array.from({ length: 20_000 }, (_, i) =>
      i < catastrophes ? -0.8 + 0.1 * random.uniform() : Math.round(random.normal()) / 1000,
    );
    const moments = momentsOf(gains);
    for (const { name, make } of [
      {
        name: 'every value drawn',
        make: (/** @type {Random} */ stream) => plainReplicates(gains, moments, stream),
      },
      {
        name: 'tail drawn, bulk summed',
        make: (/** @type {Random} */ stream) => resampleMeans(gains, 10_000, stream),
      },
    ]) {
      const ends = Array.from({ length: seeds }, (_, seed) => {
        const made = make(random.split(`${name}/${seed}`));
        const bca = bcaEnds(made.means, moments.mean, accelerationOfMean(moments), 0.95);
        const studentised = studentisedEnds(made, moments, 0.95);
        return [bca.lower, bca.upper, studentised.lower, studentised.upper].map(
          (end) => (end - moments.mean) / moments.standardError,
        );
      });
      const cells = [0, 1, 2, 3].map((at) => {
        const { n, mean, standardError } = momentsOf(ends.map((four) => four[at]));
        return `${mean.toFixed(3)} (${(standardError * Math.sqrt(n)).toFixed(3)})`;
      });
      rows.push([String(catastrophes), name, ...cells]);
    }
  }
  printTable([
    ['catastrophes', 'resampling', 'BCa low', 'BCa high', 'studentised low', 'studentised high'],
    ...rows,
  ]);
}

/**
 * @param {Float64Array} values
 * @param {Moments} moments
 * @param {Random} random
 * @returns {MeanReplicates}
 */
function plainReplicates(values, moments, random) {
  const n = values.length;
  const means = new Float64Array(10_000);
  const t = new Float64Array(10_000);
  const drawn = new Uint32Array(n);
  for (let b = 0; b < means.length; b++) {
    random.fillBelow(drawn, n);
    let sum = 0;
    let squares = 0;
    for (const i of drawn) {
      const d = values[i] - moments.mean;
      sum += d;
      squares += d * d;
    }
    const shift = sum / n;
    means[b] = moments.mean + shift;
    t[b] = shift / Math.sqrt((squares - n * shift * shift) / (n - 1) / n);
  }
  return { means: means.sort(), t: t.sort() };
}

/** @type {Record<string, () => void>} */
const parts = { intervals, shown, gate, tests, ratio, large };
const asked = positionals.length === 0 || positionals.includes('all') ? Object.keys(parts) : positionals;
for (const part of asked) {
  if (!(part in parts))
    throw new Error(`unknown part ${part}; known are ${Object.keys(parts).join(', ')}, all`);
  parts[part]();
}
