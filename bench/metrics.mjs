// What scoring costs, single-threaded, on real masks at 1, 4 and 8 megapixels:
//   (a) the fixed protocol with MAE, F, E and S, against decoding a JPEG of the same size;
//   (b) the whole sod protocol with HCE, against decoding it as well, with one model and with three;
//   (c) the same against PySODMetrics (see peers/README.md);
//   (d) megapixels a second, metric by metric; with `--protocol cutout`, say, only that, and only of that protocol.
// `--only decoding` does (a) and (b) alone. The status is 1 where one of their bars is missed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeMatte, decodeRgb } from '../dist/image/codec.js';
import { createPair, createTruth } from '../dist/metrics/context.js';
import { METRICS, metricsOf } from '../dist/metrics/registry.js';
import { scorePair } from '../dist/metrics/score-pair.js';
import { timed, timedAsync } from './support/clock.mjs';
import { ms, printMachine, printTable, times, verdict } from './support/print.mjs';
import { timePySodMetrics } from './support/pysodmetrics.mjs';
import {
  enlargeTruth,
  findPairs,
  imitatePrediction,
  sizeOf,
  writeJpeg,
  writePng,
} from './support/real-masks.mjs';

/**
 * @import { GrayImage, RgbImage } from '../dist/image/raster.js'
 * @import { Metric } from '../dist/metrics/metric.js'
 */

/**
 * One ground truth, its photograph, what three models make of it, and where all of them lie.
 *
 * @typedef {{ truth: GrayImage, picture: RgbImage, predictions: GrayImage[], path: string }} Case
 * @typedef {{ megapixels: number, cases: Case[] }} CaseSet
 */

const MEGAPIXELS = [1, 4, 8];
const MASKS = 3;
/** Input sides of the models whose predictions are imitated. */
const MODELS = [320, 512, 1024];

/** What scoring a model with the whole `sod` protocol may cost, in decodings of the photograph. */
const BARS = [
  { models: 1, bar: 4 },
  { models: 3, bar: 2 },
];
const JUDGED_MEGAPIXELS = 4;

const fixedAndCore = METRICS.filter(
  ({ meta }) =>
    meta.protocol === 'fixed' ||
    meta.id === 'sod.mae' ||
    meta.id === 'sod.s' ||
    /^sod\.\w+_[fe]$/.test(meta.id),
);
const sod = metricsOf(['sod']);

const { protocol, only } = parseArgs({
  options: { protocol: { type: 'string' }, only: { type: 'string' } },
}).values;
if (only !== undefined && only !== 'decoding') throw new Error(`--only ${only}; there is "decoding"`);
const chosen = METRICS.filter(({ meta }) => protocol === undefined || meta.protocol === protocol);

const folder = mkdtempSync(join(tmpdir(), 'maskbench-bench-'));
try {
  printMachine();
  console.log(
    `processor time, one thread, mean of ${MASKS} masks; predictions as of models with inputs of ${MODELS.join(', ')}`,
  );
  const sets = [];
  for (const megapixels of MEGAPIXELS) sets.push(await prepare(megapixels));
  warmUp(sets[0]);
  // What a run does thousands of times must be compiled for good: the first rounds of a process are slower by half.
  for (let n = 0; n < 5; n++)
    for (const { truth, predictions } of sets[1].cases) score(truth, predictions, sod);
  if (protocol === undefined) {
    await againstDecoding(sets);
    await sodAgainstDecoding(sets);
    if (only === undefined) await againstPySodMetrics(sets);
  }
  if (only === undefined) metricByMetric(sets);
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * @param {number} megapixels
 * @returns {Promise<CaseSet>}
 */
async function prepare(megapixels) {
  const cases = [];
  for (const [i, files] of findPairs(MASKS).entries()) {
    const size = await sizeOf(files.truth, megapixels);
    const truth = await enlargeTruth(files.truth, size);
    const predictions = [];
    for (const side of MODELS) predictions.push(await imitatePrediction(truth, side));
    const path = join(folder, `${megapixels}-${i}`);
    await writeJpeg(files.image, size, `${path}.jpg`);
    await writePng(truth, `${path}-truth.png`);
    for (const [m, prediction] of predictions.entries()) await writePng(prediction, `${path}-${m}.png`);
    cases.push({ truth, picture: await decodeRgb(`${path}.jpg`), predictions, path });
  }
  return { megapixels, cases };
}

/**
 * Everything runs a few times before anything is timed, so that the compiler has seen it all.
 *
 * @param {CaseSet} set
 */
function warmUp({ cases }) {
  for (let n = 0; n < 3; n++) {
    for (const { truth, picture, predictions } of cases) score(truth, predictions, chosen, picture);
  }
}

/**
 * One ground truth with its predictions, as the score worker does it.
 *
 * @param {GrayImage} truth
 * @param {readonly GrayImage[]} predictions
 * @param {readonly Metric[]} metrics
 * @param {RgbImage} [picture]
 */
function score(truth, predictions, metrics, picture) {
  const shared = createTruth(truth, picture);
  for (const prediction of predictions) scorePair(createPair(prediction, shared), metrics);
}

/** @param {readonly CaseSet[]} sets */
async function againstDecoding(sets) {
  console.log('\n(a) fixed + MAE, F, E, S against decoding the photograph; bar: at most 1x');
  const rows = [['megapixels', 'decode ms', 'score ms', 'ratio', 'bar']];
  for (const { megapixels, cases } of sets) {
    let decode = 0;
    let scored = 0;
    for (const { truth, predictions, path } of cases) {
      decode += await timedAsync(() => decodeRgb(`${path}.jpg`));
      scored += timed(() => score(truth, predictions.slice(-1), fixedAndCore));
    }
    rows.push([
      String(megapixels),
      ms(decode / cases.length),
      ms(scored / cases.length),
      times(scored / decode),
      judged(scored <= decode),
    ]);
  }
  printTable(rows);
}

/**
 * While a picture is decoded for each model, its mattes are scored.
 *
 * @param {readonly CaseSet[]} sets
 */
async function sodAgainstDecoding(sets) {
  console.log(
    `\n(b) whole sod protocol with HCE, a model, against decoding the photograph; bars at 4 megapixels: ${BARS.map(({ models, bar }) => `${models === 1 ? 'one model' : `${models} models`} ${bar}x`).join(', ')}`,
  );
  const rows = [['megapixels', 'models', 'decode ms', 'masks ms', 'score ms', 'ratio', 'bar']];
  for (const { megapixels, cases } of sets) {
    for (const { models, bar } of BARS) {
      let decode = 0;
      let masks = 0;
      let scored = 0;
      for (const { truth, predictions, path } of cases) {
        const chosenOnes = predictions.slice(-models);
        decode += await timedAsync(() => decodeRgb(`${path}.jpg`));
        masks += await timedAsync(() => decodeMatte(`${path}-truth.png`));
        for (let m = predictions.length - models; m < predictions.length; m++) {
          masks += await timedAsync(() => decodeMatte(`${path}-${m}.png`), { budget: 100 });
        }
        scored += timed(() => score(truth, chosenOnes, sod));
      }
      const ratio = scored / models / decode;
      const n = cases.length * models;
      rows.push([
        String(megapixels),
        String(models),
        ms(decode / cases.length),
        ms(masks / n),
        ms(scored / n),
        times(ratio),
        megapixels === JUDGED_MEGAPIXELS ? judged(ratio <= bar) : '',
      ]);
    }
  }
  printTable(rows);
  console.log('  masks: decoding the ground truth and the mattes, a model, which scoring does besides');
}

/** @param {boolean} holds */
function judged(holds) {
  if (!holds) process.exitCode = 1;
  return verdict(holds);
}

/** @param {readonly CaseSet[]} sets */
async function againstPySodMetrics(sets) {
  console.log(
    '\n(c) whole sod protocol with HCE against PySODMetrics, ms a mask; bars: at least 6x, three models 10x',
  );
  const rows = [['megapixels', 'models', 'PySODMetrics', 'Maskbench', 'ratio', 'bar']];
  /** @type {{ megapixels: number, pairs: Record<string, number>[] }[]} */
  const steps = [];
  let said = '';
  for (const { megapixels, cases } of sets) {
    const files = cases.flatMap(({ path }) =>
      MODELS.map((_, m) => ({ prediction: `${path}-${m}.png`, truth: `${path}-truth.png` })),
    );
    const peer = await timePySodMetrics(files);
    said =
      'absent' in peer
        ? `PySODMetrics is not here, so there is nothing to compare: ${peer.absent}`
        : peer.versions;
    const pairs = 'absent' in peer ? undefined : peer.milliseconds;
    const sums = pairs?.map((of) => Object.values(of).reduce((a, b) => a + b, 0));
    const last = sums?.filter((_, i) => i % MODELS.length === MODELS.length - 1);
    let one = 0;
    let three = 0;
    for (const { truth, predictions } of cases) {
      one += timed(() => score(truth, predictions.slice(-1), sod));
      three += timed(() => score(truth, predictions, sod));
    }
    rows.push(compared(megapixels, 1, last, one, cases.length, 6));
    rows.push(compared(megapixels, MODELS.length, sums, three, cases.length, 10));
    if (pairs !== undefined) steps.push({ megapixels, pairs });
  }
  console.log(`  ${said}`);
  printTable(rows);
  if (steps.length === 0) return;
  console.log('\n  PySODMetrics by step, ms a pair');
  const names = Object.keys(steps[0].pairs[0]);
  printTable([
    ['step', ...steps.map(({ megapixels }) => `${megapixels} MP`)],
    ...names.map((name) => [
      name,
      ...steps.map(({ pairs }) => ms(total(pairs.map((of) => of[name])) / pairs.length)),
    ]),
  ]);
}

/**
 * @param {number} megapixels
 * @param {number} models
 * @param {readonly number[] | undefined} peerMs
 * @param {number} ours
 * @param {number} masks
 * @param {number} bar
 */
function compared(megapixels, models, peerMs, ours, masks, bar) {
  const head = [String(megapixels), String(models)];
  if (peerMs === undefined) return [...head, '-', ms(ours / masks), '-', '-'];
  const theirs = total(peerMs);
  return [...head, ms(theirs / masks), ms(ours / masks), times(theirs / ours), verdict(theirs >= bar * ours)];
}

/** @param {readonly CaseSet[]} sets */
function metricByMetric(sets) {
  console.log(
    '\n(d) megapixels a second, each metric on its own: first model of a ground truth / a further one',
  );
  const rows = [['metric', ...sets.map(({ megapixels }) => `${megapixels} MP`)]];
  for (const metric of chosen) {
    const speeds = sets.map(({ cases }) => {
      let first = 0;
      let further = 0;
      let pixels = 0;
      for (const { truth, picture, predictions } of cases.slice(0, 2)) {
        pixels += truth.data.length / 1e6;
        first += timed(() => score(truth, predictions.slice(-1), [metric], picture), { budget: 80 });
        const known = createTruth(truth, picture);
        metric.compute(createPair(predictions[0], known));
        further += timed(() => metric.compute(createPair(predictions[2], known)), { budget: 80 });
      }
      return `${speed(pixels, first)} / ${speed(pixels, further)}`;
    });
    rows.push([metric.meta.id, ...speeds]);
  }
  printTable(rows);
}

/**
 * What follows from the ground truth alone costs a further model nothing.
 *
 * @param {number} megapixels
 * @param {number} milliseconds
 */
function speed(megapixels, milliseconds) {
  return milliseconds < 0.01 ? 'known' : ((megapixels / milliseconds) * 1000).toFixed(0);
}

/** @param {readonly number[]} values */
function total(values) {
  return values.reduce((a, b) => a + b, 0);
}
