// How often `check --until-decided` errs with a look after every image, and when it ends, by simulation through the code
// that looks at real runs (`startLooking`; only the network is left out):
//   errors    every population of bench/support/gain-populations.mjs with its mean gain exactly on the margin of 0.01, up
//             to 2,000 images: checks that pass (one claim), and that fail (four claims, all on their limit)
//   datasets  the same of two datasets of unequal sizes that take turns, up to 300 images
//   excess    new disasters exceed mended ones by exactly the share allowed: passes and fails
//   stops     the shipped gate: after how many of 5,000 images a worse candidate is stopped, and an equal one passes
// Bar for errors: 5 % and three standard errors.
//
//   npm run bench -- until-decided           MASKBENCH_BENCH_RUNS=200 for a shorter look; 2,000 by default
//   node bench/until-decided.mjs errors stops
import { GATE_VERSION, gateSchema, loadGate } from '../dist/analysis/gate/gate.js';
import { startLooking } from '../dist/analysis/gate/until-decided/looking.js';
import { createRandom } from '../dist/stats/random.js';
import { DISASTERS, drawDisasters } from './support/disasters.mjs';
import { gainPopulations } from './support/gain-populations.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { scoredSide } from './support/scored-side.mjs';

/**
 * @import { Gate } from '../dist/analysis/gate/gate.js'
 * @import { Random } from '../dist/stats/random.js'
 * @import { ScoredSet } from './support/scored-side.mjs'
 *
 * @typedef {{ readonly before: ScoredSet, readonly now: ScoredSet }} Drawn
 */

const RUNS = Number(process.env.MASKBENCH_BENCH_RUNS ?? 2000);
const MARGIN = 0.01;
const random = createRandom('until decided');
const populations = gainPopulations(random.split('pools'));
const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);
const limitFor = (/** @type {number} */ runs) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);
const unit = (/** @type {number} */ score) => Math.min(1, Math.max(0, score));

/**
 * @param {string} what
 * @param {boolean} holds
 */
function bar(what, holds) {
  console.log(`  ${what}: ${verdict(holds)}`);
  if (!holds) process.exitCode = 1;
}

/** @param {Record<string, unknown>} rules */
const gateOf = (rules) => gateSchema.parse({ version: GATE_VERSION, name: 'simulated', ...rules });

/**
 * Shows a candidate's scores one by one, the datasets in turn, until it is enough.
 *
 * @param {Gate} gate
 * @param {readonly Drawn[]} drawn
 */
async function walk(gate, drawn) {
  const sizes = drawn.map(({ before }) => Object.values(before.scores)[0].length);
  const turns = Array.from({ length: Math.max(...sizes) }, (_, i) =>
    drawn.flatMap(({ before: { name } }, d) =>
      i < sizes[d] ? [{ dataset: name, id: String(i), unit: String(i), of: drawn[d].now, i }] : [],
    ),
  ).flat();
  const unknown = drawn.map(({ now: { name } }, d) => ({
    name,
    scores: { iou: new Float64Array(sizes[d]).fill(Number.NaN) },
  }));
  const candidate = scoredSide('now', unknown);
  const looking = await startLooking({
    baseline: scoredSide(
      'before',
      drawn.map(({ before }) => before),
    ),
    candidate,
    loaded: { gate, sha256: 'simulated' },
    turns,
    orderSeed: 'simulated',
    timed: false,
    resamples: 20,
  });
  for (const { of, i, ...sample } of turns) {
    if (looking.isEnough()) break;
    looking.see(
      sample,
      Object.fromEntries(Object.entries(of.scores).map(([metric, scores]) => [metric, scores[i]])),
    );
  }
  const outcome = await looking.outcome({ facts: candidate.facts, explain: false });
  return { verdict: outcome.verdict, images: looking.walked() };
}

/**
 * Shares of verdicts.
 *
 * @param {string} seed
 * @param {Gate} gate
 * @param {(stream: Random) => readonly Drawn[]} draw
 * @param {number} [runs]
 */
async function shares(seed, gate, draw, runs = RUNS) {
  const stream = random.split(seed);
  const found = { pass: 0, fail: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run++) found[(await walk(gate, draw(stream))).verdict] += 1 / runs;
  return found;
}

/**
 * Scores in 0..1 whose gains are these, with candidates of mean (1 + mean gain) / 2.
 *
 * @param {string} name
 * @param {Record<string, Float64Array>} gains by metric
 * @returns {Drawn}
 */
function scored(name, gains) {
  const side = (/** @type {number} */ sign) =>
    Object.fromEntries(
      Object.entries(gains).map(([metric, of]) => [metric, of.map((gain) => 0.5 + (sign * gain) / 2)]),
    );
  return { before: { name, scores: side(-1) }, now: { name, scores: side(1) } };
}

const ONE = gateOf({ accuracy: [{ metric: 'iou', margin: MARGIN }] });
const FOUR = gateOf({
  accuracy: [
    { metric: 'iou', margin: MARGIN },
    { metric: 'boundary_iou', margin: MARGIN },
  ],
  floors: [{ metric: 'iou', mean: 0.5 - MARGIN / 2 }],
  slices: [{ attribute: 'part', values: ['even'], metric: 'iou', margin: MARGIN }],
});

async function errors() {
  const n = 2000;
  console.log(`A look after every image of ${n}, mean gain exactly -${MARGIN}: percent; ${RUNS} checks each`);
  const rows = [['population', 'passes, one claim', 'fails, four claims']];
  let worst = 0;
  for (const { name, sample } of populations) {
    const { pass } = await shares(`pass/${name}`, ONE, (stream) => [
      scored('d', { iou: sample(n, -MARGIN, stream) }),
    ]);
    const { fail } = await shares(`fail/${name}`, FOUR, (stream) => [
      scored('d', { iou: sample(n, -MARGIN, stream), boundary_iou: sample(n, -MARGIN, stream) }),
    ]);
    worst = Math.max(worst, pass, fail);
    rows.push([name, percent(pass), percent(fail)]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limitFor(RUNS))} %`, worst <= limitFor(RUNS));
}

async function datasets() {
  const sizes = [100, 200];
  const runs = Math.ceil(RUNS / 5);
  console.log(`Datasets of ${sizes.join(' and ')} in turns, .008 apart: percent; ${runs} checks each`);
  const gate = gateOf({ accuracy: [{ metric: 'iou', margin: MARGIN, eachDataset: false }] });
  const rows = [['population', 'passes', 'fails']];
  let worst = 0;
  for (const { name, sample } of populations) {
    const { pass, fail } = await shares(
      `datasets/${name}`,
      gate,
      (stream) =>
        sizes.map((n, k) =>
          scored(`d${k}`, { iou: sample(n, k === 0 ? -MARGIN - 0.004 : 0.004 - MARGIN, stream) }),
        ),
      runs,
    );
    worst = Math.max(worst, pass, fail);
    rows.push([name, percent(pass), percent(fail)]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limitFor(runs))} %`, worst <= limitFor(runs));
}

async function excess() {
  const n = 2000;
  const gate = gateOf({ catastrophes: [{ metric: 'iou', worseThan: 0.5, maximumShare: MARGIN }] });
  console.log(`New disasters exceed mended ones by exactly ${MARGIN}, up to ${n} images: percent`);
  const rows = [['new, mended', 'passes', 'fails']];
  let worst = 0;
  for (const [fresh, mended] of DISASTERS) {
    const { pass, fail } = await shares(`excess/${fresh}`, gate, (stream) => {
      const { before, now } = drawDisasters(n, fresh, mended, stream);
      return [{ before: { name: 'd', scores: { iou: before } }, now: { name: 'd', scores: { iou: now } } }];
    });
    worst = Math.max(worst, pass, fail);
    rows.push([`${fresh}, ${mended}`, percent(pass), percent(fail)]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limitFor(RUNS))} %`, worst <= limitFor(RUNS));
}

/**
 * A model of IoU about 0.8 and a candidate whose gain has this mean and deviation.
 *
 * @param {number} n
 * @param {number} gain
 * @param {number} sd
 * @param {Random} stream
 */
function pairOfSides(n, gain, sd, stream) {
  const draw = () => {
    const latent = Float64Array.from({ length: n }, () => unit(0.8 + 0.05 * stream.normal()));
    return [latent, latent.map((q) => unit(q + gain + sd * stream.normal()))];
  };
  const [iou, edges] = [draw(), draw()];
  return [0, 1].map((i) => ({ iou: iou[i], boundary_iou: edges[i] }));
}

async function stops() {
  const { gate: shipped } = await loadGate('rollout', '.');
  const gate = { ...shipped, latency: undefined };
  for (const planned of [[5000], [1250, 1250, 1250, 1250], [100, 400, 1500, 3000]]) {
    const runs = planned.length === 1 ? RUNS : Math.ceil(RUNS / 20);
    const stream = random.split(`stops/${planned.join()}`);
    const walkOf = (/** @type {number} */ gain, /** @type {number} */ sd) =>
      walk(
        gate,
        planned.map((n, k) => {
          const [before, now] = pairOfSides(n, gain, sd, stream);
          return { before: { name: `d${k}`, scores: before }, now: { name: `d${k}`, scores: now } };
        }),
      );
    /** @type {number[]} */
    const stopped = [];
    for (let run = 0; run < runs; run++) {
      const { verdict: found, images } = await walkOf(-0.05, 0.1);
      stopped.push(found === 'fail' ? images : Number.POSITIVE_INFINITY);
    }
    stopped.sort((a, b) => a - b);
    const [median, most] = [stopped[Math.floor(runs / 2)], stopped[Math.ceil(0.95 * runs) - 1]];
    bar(
      `worse by .05 (sd .1), ${planned.join(' + ')} planned: fails after a median of ${median} images, 95 % within ${most}; 250 and 600`,
      median <= 250 && most <= 600,
    );
    const equal = Math.ceil(runs / (planned.length === 1 ? 10 : 20));
    /** @type {number[]} */
    const passed = [];
    for (let run = 0; run < equal; run++) {
      const { verdict: found, images } = await walkOf(0, 0.03);
      passed.push(found === 'pass' ? images : Number.POSITIVE_INFINITY);
    }
    passed.sort((a, b) => a - b);
    console.log(
      `    an equal one (noise .03) passes after a median of ${passed[Math.floor(equal / 2)]} (${equal} checks)`,
    );
  }
}

const PARTS = { errors, datasets, excess, stops };
printMachine();
const asked = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) await part();
}
