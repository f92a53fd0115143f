// Prints the figures of docs/metrics.md that say how reference implementations, conventions and Maskbench differ: from
// the drawn cases in test/metrics/golden and, where it lies beside the checkout, from ../shared/golden.
//
//   npm run build && node scripts/reference/conventions.mjs
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMatte, decodeTruth } from '../../dist/image/codec.js';
import { createPair, createTruth } from '../../dist/metrics/context.js';
import { createDatasetCurves } from '../../dist/metrics/dataset-curves.js';
import { fixedCurves } from '../../dist/metrics/fixed/index.js';
import { sodCurves } from '../../dist/metrics/sod/curves.js';
import { METRICS } from '../../dist/metrics/registry.js';
import { scorePair } from '../../dist/metrics/score-pair.js';

/**
 * @import { MetricValue } from '../../dist/schema/metric-value.js'
 * @import { GrayImage } from '../../dist/image/raster.js'
 */

const ROOT = join(import.meta.dirname, '../..');
const SHARED = join(ROOT, '../shared/golden');
const folder = existsSync(SHARED) ? SHARED : join(ROOT, 'test/metrics/golden');

/**
 * A case's values in expected.json; some of PySODMetrics' are a value for each way to binarise.
 *
 * @typedef {Record<string, number | null | Record<string, number | null>>} PySodValues
 * @typedef {{
 *   pysodmetrics: PySodValues,
 *   matting_whole_image: Record<string, number | null>,
 *   mba: number | null,
 *   fixed_threshold_128: Record<'iou' | 'dice' | 'pixel_accuracy', number | null>,
 *   'boundary_iou_0.02': number | null,
 * }} ExpectedValues
 */

/** @type {Record<string, ExpectedValues>} */
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));

/**
 * @typedef {{
 *   prediction: GrayImage,
 *   truth: GrayImage,
 *   scores: Record<string, MetricValue>,
 *   reference: Record<string, number | null>,
 * }} Case
 */

/** @type {Map<string, Case>} */
const cases = new Map();
for (const name of readdirSync(join(folder, 'cases')).sort()) {
  const file = (/** @type {string} */ side) => join(folder, 'cases', name, `${side}.png`);
  const prediction = await decodeMatte(file('pred'));
  const truth = await decodeTruth(file('gt'));
  cases.set(name, {
    prediction,
    truth,
    scores: score(prediction, truth),
    reference: referenceOf(expected[name]),
  });
}
const real = [...cases].filter(([name]) => name.startsWith('real-'));
console.log(`${cases.size} cases, ${real.length} of them real`);

agreement();
oneCase('a faint mask', 'edge-low-range', [
  'iou',
  'mae',
  'sod.bin_iou',
  'sod.max_f',
  'sod.s',
  'sod.max_e',
  'sod.mae',
]);
tenthOfItsOpacity();
oneCase('two empty masks', 'edge-both-empty', [
  'iou',
  'boundary_iou',
  'sod.bin_iou',
  'sod.max_f',
  'sod.wf',
  'sod.s',
  'sod.max_e',
  'sod.ms_iou',
  'sod.hce',
  'matting.sad',
  'matting.conn',
  'matting.mba',
]);
oneCase('two full masks', 'edge-both-full', [
  'iou',
  'ber',
  'sod.bin_ber',
  'kappa',
  'sod.bin_kappa',
  'sod.max_e',
]);
oneCase('nothing to be found', 'edge-gt-empty', ['kappa', 'sod.bin_kappa', 'matting.sad', 'matting.conn']);
oneCase('nothing found', 'edge-pred-empty', ['iou', 'sod.max_f', 'sod.max_iou', 'matting.mba', 'sod.hce']);
oneCase('a perfect mask', 'edge-perfect', ['sod.max_e', 'sod.wf', 'sod.s', 'sod.max_ber']);
oneCase('a centroid in the last column', 'edge-1px-tall', ['sod.s']);
if (real.length > 0) {
  oneCase('kappa of a real pair', 'real-pysod-0001', ['kappa', 'sod.bin_kappa']);
  oneCase('MAE of a real pair', 'real-rembg-u2net', ['mae', 'sod.mae', 'matting.mad']);
  threeMaximalFs();
}
mirrored('sod.wf', flip);
mirrored('matting.mba', transpose);

/**
 * @param {GrayImage} prediction
 * @param {GrayImage} truth
 */
function score(prediction, truth) {
  return scorePair(createPair(prediction, createTruth(truth)), METRICS);
}

/**
 * The reference's values by our ids.
 *
 * @param {ExpectedValues} values
 */
function referenceOf({
  pysodmetrics,
  matting_whole_image: matting,
  mba,
  fixed_threshold_128: fixed,
  ...rest
}) {
  /** @type {Record<string, number | null>} */
  const values = { iou: fixed.iou, dice: fixed.dice, pixel_accuracy: fixed.pixel_accuracy };
  values.boundary_iou = rest['boundary_iou_0.02'];
  values['matting.mba'] = mba;
  for (const [key, value] of Object.entries(matting)) values[`matting.${key}`] = value;
  for (const [key, value] of Object.entries(pysodmetrics)) {
    if (value === null || typeof value !== 'object') values[`sod.${key}`] = value;
    else if (key === 'ms_iou') values['sod.ms_iou'] = value.binary;
    else {
      for (const [theirs, ours] of [
        ['adp', 'adp'],
        ['mean', 'mean'],
        ['max', 'max'],
        ['binary', 'bin'],
      ]) {
        values[`sod.${ours}_${key}`] = value[theirs];
      }
    }
  }
  return values;
}

function agreement() {
  console.log(
    '\nlargest difference from the reference over all cases; cases where the reference has no finite value',
  );
  for (const { meta } of METRICS) {
    let [largest, where, without, held] = [0, '', 0, 0];
    for (const [name, { scores, reference }] of cases) {
      const theirs = reference[meta.id];
      if (theirs === undefined) continue;
      if (theirs === null) {
        without++;
        continue;
      }
      held++;
      const here = scores[meta.id];
      const difference = typeof here === 'number' ? Math.abs(here - theirs) : Infinity;
      if (difference > largest) [largest, where] = [difference, name];
    }
    const said = held === 0 ? 'no reference value' : `${largest.toExponential(1)}  ${where}`;
    console.log(`  ${meta.id.padEnd(24)} ${said}${without > 0 ? `  (${without} without)` : ''}`);
  }
}

/** @param {string} name */
function caseNamed(name) {
  const found = cases.get(name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

/**
 * @param {string} title
 * @param {string} name
 * @param {readonly string[]} ids
 */
function oneCase(title, name, ids) {
  const { scores, reference } = caseNamed(name);
  console.log(`\n${title}: ${name}`);
  for (const id of ids) {
    console.log(`  ${id.padEnd(16)} here ${text(scores[id])}, reference ${text(reference[id])}`);
  }
}

function tenthOfItsOpacity() {
  const { truth } = caseNamed('edge-perfect');
  const faint = { ...truth, data: truth.data.map((v) => Math.round(v / 10)) };
  const scores = score(faint, truth);
  console.log('\nthe ground truth of edge-perfect at a tenth of its opacity');
  for (const id of ['iou', 'mae', 'sod.bin_iou', 'sod.max_f', 'sod.s', 'sod.max_e', 'sod.mae', 'sod.hce']) {
    console.log(`  ${id.padEnd(16)} ${text(scores[id])}`);
  }
}

function threeMaximalFs() {
  const sod = createDatasetCurves(sodCurves);
  const fixed = createDatasetCurves(fixedCurves);
  for (const [, { prediction, truth }] of real) {
    const pair = createPair(prediction, createTruth(truth));
    sod.add(pair);
    fixed.add(pair);
  }
  const mean = real.reduce((sum, [, { scores }]) => sum + Number(scores['sod.max_f']), 0) / real.length;
  const { maxF, maxFOfMeans } = sod.finish(128);
  const { bestIou, cost } = fixed.finish(128);
  if (!maxF || !maxFOfMeans || !bestIou || cost === undefined)
    throw new Error('the real pairs have no curves');
  console.log(`\nmaximal F of the ${real.length} real pairs, three readings`);
  console.log(`  mean of each image's maximum    ${mean.toFixed(4)}`);
  console.log(`  maximum of the mean curve       ${maxF.value.toFixed(4)}`);
  console.log(`  F of mean precision and recall  ${maxFOfMeans.value.toFixed(4)}`);
  console.log(`  best threshold ${bestIou.threshold}, 128 costs ${cost.toFixed(4)} IoU`);
}

/**
 * @param {string} id
 * @param {(image: GrayImage) => GrayImage} turn
 */
function mirrored(id, turn) {
  const turned = (/** @type {string} */ kind) => {
    let largest = 0;
    for (const [name, { prediction, truth, scores }] of cases) {
      if (!name.startsWith(kind)) continue;
      const other = score(turn(prediction), turn(truth))[id];
      if (typeof other === 'number') largest = Math.max(largest, Math.abs(other - Number(scores[id])));
    }
    return largest.toExponential(1);
  };
  const rest = real.length > 0 ? `, real ${turned('real-')}` : '';
  console.log(`\n${id} by ${turn.name} of both images: at most, drawn ${turned('edge-')}${rest}`);
}

/**
 * @param {GrayImage} image
 * @returns {GrayImage}
 */
function flip({ width, height, data }) {
  return { width, height, data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)]) };
}

/**
 * @param {GrayImage} image
 * @returns {GrayImage}
 */
function transpose({ width, height, data }) {
  return {
    width: height,
    height: width,
    data: data.map((_, i) => data[(i % height) * width + Math.floor(i / height)]),
  };
}

/** @param {MetricValue | null | undefined} value */
function text(value) {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : `undefined (${value.undefined})`;
}
