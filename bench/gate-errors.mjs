// How often whole gates err, and what they can show, by simulation through the code that judges real runs (`checkGate`):
//   edge       every population of bench/support/gain-populations.mjs with its mean gain exactly on the margin of 0.01:
//              share of gates that pass (one claim), and that fail (five claims, all on their limit; Holm)
//   excess     new disasters exceed mended ones by exactly the share allowed: passes and fails
//   rollout    the shipped gate without its rule on times: two equal retrainings, and models that should not pass
//   power      equal candidates that pass, worse ones that fail, models that `rank` tells apart, each with its bar
//   rank       equal models told apart, a worse one alone in first place, n = 8 to 200
//   times      both sides take exactly the allowed ratio: rounds that fail, and that fail twice
// Bar for errors: 5 % and three standard errors.
//
//   npm run bench -- gate-errors             MASKBENCH_BENCH_RUNS=100 for a shorter look; 500 by default
//   node bench/gate-errors.mjs edge rollout
import { checkGate } from '../dist/analysis/gate/check.js';
import { GATE_VERSION, gateSchema, loadGate } from '../dist/analysis/gate/gate.js';
import { ratioInterval } from '../dist/analysis/gate/remeasure/remeasure.js';
import { rankRun } from '../dist/analysis/compare/rank.js';
import { createRandom } from '../dist/stats/random.js';
import { DISASTERS, drawDisasters } from './support/disasters.mjs';
import { gainPopulations } from './support/gain-populations.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { scoredSide } from './support/scored-side.mjs';

/**
 * @import { Gate } from '../dist/analysis/gate/gate.js'
 * @import { Random } from '../dist/stats/random.js'
 * @import { Verdict } from '../dist/schema/verdict.js'
 * @import { ScoredSet } from './support/scored-side.mjs'
 */

const RUNS = Number(process.env.MASKBENCH_BENCH_RUNS ?? 500);
const SIZES = [16, 50, 200, 500, 1000, 2000];
const MARGIN = 0.01;
const random = createRandom('gate errors');
const populations = gainPopulations(random.split('pools'));
const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);
const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);
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
 * The verdict on one drawn candidate.
 *
 * @param {Gate} gate
 * @param {readonly ScoredSet[]} before
 * @param {readonly ScoredSet[]} now
 */
async function judge(gate, before, now) {
  const sides = /** @type {const} */ ([scoredSide('before', before), scoredSide('now', now)]);
  const options = { resamples: 20, explain: false };
  return (await checkGate(...sides, { gate, sha256: 'simulated' }, options)).verdict;
}

/**
 * Shares of verdicts.
 *
 * @param {string} seed
 * @param {(stream: Random) => Promise<Verdict>} draw
 * @param {number} [runs]
 */
async function shares(seed, draw, runs = RUNS) {
  const stream = random.split(seed);
  const found = { pass: 0, fail: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run++) found[await draw(stream)] += 1 / runs;
  return found;
}

/**
 * Scores in 0..1 whose gains are these, with candidates of mean (1 + mean gain) / 2.
 *
 * @param {string} name
 * @param {Float64Array} gains
 */
function scored(name, gains) {
  return {
    before: { name, scores: { iou: gains.map((gain) => 0.5 - gain / 2) } },
    now: { name, scores: { iou: gains.map((gain) => 0.5 + gain / 2) } },
  };
}

async function edge() {
  const one = gateOf({ accuracy: [{ metric: 'iou', margin: MARGIN }] });
  const five = gateOf({
    accuracy: [{ metric: 'iou', margin: MARGIN }],
    floors: [{ metric: 'iou', mean: 0.5 - MARGIN / 2 }],
    slices: [{ attribute: 'part', values: ['even'], metric: 'iou', margin: MARGIN }],
  });
  console.log(`Mean gain exactly -${MARGIN}: gates that pass / that fail, percent; ${RUNS} gates each`);
  const rows = [['population', ...SIZES.map(String)]];
  let worst = 0;
  for (const { name, sample } of populations) {
    const cells = [];
    for (const n of SIZES) {
      const { pass } = await shares(`pass/${name}/${n}`, (stream) => {
        const { before, now } = scored('d', sample(n, -MARGIN, stream));
        return judge(one, [before], [now]);
      });
      const { fail } = await shares(`fail/${name}/${n}`, (stream) => {
        const sets = ['d', 'e'].map((set) => scored(set, sample(n / 2, -MARGIN, stream)));
        return judge(
          five,
          sets.map(({ before }) => before),
          sets.map(({ now }) => now),
        );
      });
      worst = Math.max(worst, pass, fail);
      cells.push(`${percent(pass)} / ${percent(fail)}`);
    }
    rows.push([name, ...cells]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
}

/**
 * Images of one burst share what they gain or lose (ICC, of sd 0.05 in all): mean gain exactly on the margin, with the bursts
 * given as units and, to show why, without; by bounds, and by the assumption, whose intervals are far narrower.
 */
async function bursts() {
  console.log('Bursts, mean gain exactly on the margin: gates that pass / fail, percent');
  const rows = [['bursts', 'margin', 'decided by', 'with units', 'each image its own']];
  let worst = 0;
  for (const { count, size, icc } of [
    { count: 40, size: 5, icc: 0.5 },
    { count: 20, size: 10, icc: 0.7 },
    { count: 200, size: 5, icc: 0.5 },
  ]) {
    for (const { margin, assume } of [
      { margin: 0.2, assume: undefined },
      { margin: MARGIN, assume: 'no-rare-disasters' },
    ]) {
      const gate = gateOf({ assume, accuracy: [{ metric: 'iou', margin }] });
      const cells = [];
      for (const given of [true, false]) {
        const { pass, fail } = await shares(`bursts/${count}/${margin}`, (stream) => {
          const common = Float64Array.from({ length: count }, () => stream.normal());
          const of = Array.from({ length: count * size }, (_, i) => Math.floor(i / size));
          const gains = Float64Array.from(of, (burst) => {
            const drawn = Math.sqrt(icc) * common[burst] + Math.sqrt(1 - icc) * stream.normal();
            return -margin + 0.05 * drawn;
          });
          const { before, now } = scored('d', gains);
          const units = given ? { units: of.map(String) } : {};
          return judge(gate, [{ ...before, ...units }], [{ ...now, ...units }]);
        });
        if (given) worst = Math.max(worst, pass, fail);
        cells.push(`${percent(pass)} / ${percent(fail)}`);
      }
      rows.push([`${count} of ${size}, ICC ${icc}`, String(margin), assume ?? 'bounds', ...cells]);
    }
  }
  printTable(rows);
  bar(`with units, worst ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
}

async function excess() {
  const gate = gateOf({ catastrophes: [{ metric: 'iou', worseThan: 0.5, maximumShare: MARGIN }] });
  console.log(`New disasters exceed mended ones by exactly ${MARGIN}: gates that pass / that fail, percent`);
  const rows = [['new, mended', ...SIZES.map(String)]];
  let worst = 0;
  for (const [fresh, mended] of DISASTERS) {
    const cells = [];
    for (const n of SIZES) {
      const { pass, fail } = await shares(`excess/${fresh}/${n}`, (stream) => {
        const { before, now } = drawDisasters(n, fresh, mended, stream);
        return judge(gate, [{ name: 'd', scores: { iou: before } }], [{ name: 'd', scores: { iou: now } }]);
      });
      worst = Math.max(worst, pass, fail);
      cells.push(`${percent(pass)} / ${percent(fail)}`);
    }
    rows.push([`${fresh}, ${mended}`, ...cells]);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
}

/**
 * Two models on n images that have a difficulty in common; `change` is what the candidate does besides noise.
 *
 * @param {number} n
 * @param {number} noise
 * @param {Random} stream
 * @param {() => number} [change]
 */
function retrained(n, noise, stream, change = () => 0) {
  const draw = () => {
    const latent = Float64Array.from({ length: n }, () =>
      stream.uniform() < 0.03 ? 0.6 * stream.uniform() : unit(0.93 + 0.05 * stream.normal()),
    );
    // noise is that of the gain, shared by both sides
    const side = Math.SQRT1_2 * noise;
    return [
      latent.map((q) => unit(q + side * stream.normal())),
      latent.map((q) => unit(q + side * stream.normal() + change())),
    ];
  };
  const [iou, edges] = [draw(), draw()];
  return [0, 1].map((i) => [{ name: 'd', scores: { iou: iou[i], boundary_iou: edges[i] } }]);
}

/** The shipped gate, less what it says of times. */
async function rollout() {
  const { gate } = await loadGate('rollout', '.');
  return { ...gate, latency: undefined };
}

async function wholeRollout() {
  const gate = await rollout();
  console.log(`The shipped gate: pass / fail, percent; ${RUNS} gates each`);
  const sizes = [16, 30, 50, 100, 470, 2000];
  const rows = [['candidate', ...sizes.map(String)]];
  let [wrongFail, wrongPass] = [0, 0];
  const cases = /** @type {const} */ ([
    ['equal, noise .01', 0.01, 0, 0, true],
    ['equal, noise .03', 0.03, 0, 0, true],
    ['equal, noise .1', 0.1, 0, 0, true],
    ['4 % of images lose .5', 0.01, 0.04, 0.5, false],
    ['1.2 % of images lose .9', 0.01, 0.012, 0.9, false],
    ['all lose .02', 0.02, 1, 0.02, false],
  ]);
  for (const [name, noise, share, loss, isFit] of cases) {
    const cells = [];
    for (const n of sizes) {
      const { pass, fail } = await shares(`rollout/${name}/${n}`, (stream) => {
        const [before, now] = retrained(n, noise, stream, () => (stream.uniform() < share ? -loss : 0));
        return judge(gate, before, now);
      });
      if (isFit) wrongFail = Math.max(wrongFail, fail);
      else wrongPass = Math.max(wrongPass, pass);
      cells.push(`${percent(pass)} / ${percent(fail)}`);
    }
    rows.push([name, ...cells]);
  }
  printTable(rows);
  bar(`wrong fails at most ${percent(wrongFail)} %, bar ${percent(limit)} %`, wrongFail <= limit);
  bar(`wrong passes at most ${percent(wrongPass)} %, bar ${percent(limit)} %`, wrongPass <= limit);
}

async function power() {
  const gate = await rollout();
  console.log(`What the shipped gate shows, percent of ${RUNS} gates`);
  for (const noise of [0.01, 0.03]) {
    const { pass } = await shares(`power/${noise}`, (stream) => {
      const [before, now] = retrained(1000, noise, stream);
      return judge(gate, before, now);
    });
    bar(`equal, noise ${noise}, n = 1,000: ${percent(pass)} pass, at least 90`, pass >= 0.9);
  }
  const { fail } = await shares('power/worse', (stream) => {
    const [before, now] = retrained(500, 0.1, stream, () => -0.05);
    return judge(gate, before, now);
  });
  bar(`worse by .05 (sd .1), n = 500: ${percent(fail)} fail, at least 90`, fail >= 0.9);
}

/**
 * Tiers of models on n images in two datasets that differ from each other by noise of sd .1 (or are lost now and then).
 *
 * @param {readonly number[]} offsets
 * @param {number} n
 * @param {number} lost
 * @param {Random} stream
 */
async function tiers(offsets, n, lost, stream) {
  const datasets = ['d', 'e'].map((name) => ({
    name,
    latent: Float64Array.from({ length: n / 2 }, () => 0.7 + 0.1 * stream.normal()),
  }));
  const sides = offsets.map((offset, i) =>
    scoredSide(
      `m${i}`,
      datasets.map(({ name, latent }) => ({
        name,
        scores: {
          iou: latent.map((q) => (stream.uniform() < lost ? 0 : unit(q + offset + 0.0707 * stream.normal()))),
        },
      })),
    ),
  );
  const scores = await Promise.all(sides.map((side) => side.loadScores(['m'])));
  const [first] = sides;
  const models = sides.map(({ facts }, i) => ({
    ...facts.models[0],
    spec: { ...facts.models[0].spec, name: `m${i}` },
    name: `m${i}`,
  }));
  const run = {
    ...first,
    facts: { ...first.facts, models },
    loadScores: async () => ({
      ...scores[0],
      datasets: scores[0].datasets.map((dataset, d) => ({
        ...dataset,
        models: new Map(
          models.map(({ name }, i) => [name, /** @type {any} */ (scores[i].datasets[d].models.get('m'))]),
        ),
      })),
    }),
  };
  const { tables } = await rankRun(run, { metrics: ['iou'] });
  const all = tables.find(({ dataset }) => dataset === null);
  if (all === undefined) throw new Error('no ranking over all datasets');
  return all.ranks;
}

async function rank() {
  console.log(`rank, four models, two datasets: percent of ${RUNS} rankings`);
  const sizes = [8, 16, 30, 50, 200];
  const rows = [['', ...sizes.map(String)]];
  let worst = 0;
  for (const lost of [0, 0.02]) {
    const [apart, alone] = [['equal means told apart'], ['a worse one alone in first place']].map(
      ([what]) => [lost === 0 ? what : `${what}, 2 % lost`],
    );
    for (const n of sizes) {
      const stream = random.split(`rank/${lost}/${n}`);
      let [told, first] = [0, 0];
      for (let run = 0; run < RUNS; run++) {
        if ((await tiers([0, 0, 0, 0], n, lost, stream)).some(({ tier }) => tier > 1)) told += 1 / RUNS;
        const ranks = await tiers([0, 0, 0, -0.01], n, lost, stream);
        const [best, second] = ranks;
        if (best.model === 'm3' && second.tier > 1) first += 1 / RUNS;
      }
      worst = Math.max(worst, told, first);
      apart.push(percent(told));
      alone.push(percent(first));
    }
    rows.push(apart, alone);
  }
  printTable(rows);
  bar(`worst ${percent(worst)} %, at most ${percent(limit)} %`, worst <= limit);
  const stream = random.split('rank/gap');
  let found = 0;
  for (let run = 0; run < RUNS; run++) {
    if ((await tiers([0.05, 0], 200, 0, stream))[1].tier > 1) found += 1 / RUNS;
  }
  bar(`better by .05 (sd .1), n = 200: ${percent(found)} % told apart, at least 80 %`, found >= 0.8);
}

function times() {
  // processes of one build differ by 1 % (sd of the log of their medians)
  const medians = (/** @type {Random} */ stream, /** @type {number} */ factor) =>
    Array.from({ length: 6 }, () => 100 * factor * Math.exp(0.01 * stream.normal()));
  const failsRound = (/** @type {Random} */ stream) => {
    const interval = ratioInterval({ baseline: medians(stream, 1), candidate: medians(stream, 1.05) }, 0.95);
    return interval !== null && interval.lower > 1.05;
  };
  const stream = random.split('times');
  let [once, twice] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    if (failsRound(stream)) once += 1 / RUNS;
    if (failsRound(stream) && failsRound(stream)) twice += 1 / RUNS;
  }
  console.log('Times exactly on the maximum ratio, 6 processes a side');
  bar(`a round fails ${percent(once)} %, both rounds ${percent(twice)} %`, once <= limit);
}

const PARTS = { edge, bursts, excess, rollout: wholeRollout, power, rank, times };
printMachine();
const asked = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length === 0 || asked.includes(name)) await part();
}
