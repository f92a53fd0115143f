// A run folder as large as asked for, with real scores of small masks: nothing is predicted and no model is needed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createFingerprint } from '../../dist/datasets/fingerprint.js';
import { scoreKey } from '../../dist/store/cell-key.js';
import { packCounts } from '../../dist/scoring/class-counts.js';
import { sealRun } from '../../dist/store/evidence.js';
import { createManifest } from '../../dist/store/manifest.js';
import { readManifest, runFolder } from '../../dist/store/run-folder.js';
import { writeSummary } from '../../dist/pipeline/summarise.js';
import { sha256 } from '../../dist/core/hash.js';
import { truthAttributes } from '../../dist/metrics/attributes.js';
import { fixedConfusion } from '../../dist/metrics/confusion.js';
import { createPair, createTruth } from '../../dist/metrics/context.js';
import { countsByClass } from '../../dist/metrics/joint-histogram.js';
import { DEFAULT_CONVENTIONS } from '../../dist/metrics/metric.js';
import { metricsOf } from '../../dist/metrics/registry.js';
import { scorePair } from '../../dist/metrics/score-pair.js';
import { signaturesOf } from '../../dist/metrics/signature.js';
import { generator } from './kill-run.mjs';
import { lines } from './lines.mjs';

/**
 * @import { Conventions } from '../../dist/metrics/metric.js'
 * @import { RunFolder } from '../../dist/store/run-folder.js'
 * @import { RunSettings } from '../../dist/store/manifest.js'
 * @import { GrayImage } from '../../dist/image/raster.js'
 */

/** @typedef {Conventions & { protocols: string[] }} Scoring */
/** @typedef {{ name: string, count: number }} Part a dataset and its number of samples */
/** @typedef {{ x: number, y: number, a: number, b: number }} Ellipse */

const WIDTH = 48;
const HEIGHT = 36;
const PASSES = 20;
const TIMED_IMAGES = 32;
const NAMES = [
  'birefnet-general',
  'isnet-general-use',
  'u2net',
  'silueta',
  'u2netp',
  'birefnet-general-lite',
];

/**
 * Writes the folder of a finished run, sealed: `models` models on `samples` images in two datasets, scored and timed.
 *
 * @param {string} path
 * @param {{ models?: number, samples?: number }} [size] samples over both datasets
 */
export async function writeSyntheticRun(path, { models: modelCount = 6, samples = 2000 } = {}) {
  const folder = runFolder(path);
  mkdirSync(path, { recursive: true });
  const names = Array.from({ length: modelCount }, (_, i) => NAMES[i] ?? `model-${i}`);
  const datasets = [
    { name: 'humans', count: Math.ceil(samples / 2) },
    { name: 'dis5k', count: Math.floor(samples / 2) },
  ];
  /** @type {Scoring} */
  const scoring = { protocols: ['fixed'], ...DEFAULT_CONVENTIONS };
  const fingerprints = await writeCells(folder, names, datasets, scoring);
  // Of the specs only what a report looks at.
  const settings = /** @type {RunSettings} */ (
    /** @type {unknown} */ ({
      models: names.map((name, i) => ({
        spec: {
          name,
          title: name,
          feeding: 'precomputed',
          trainedOn: i === 5 ? ['humans'] : [],
          selectedOn: [],
          licence: 'Apache-2.0',
        },
        sha256: sha256(name),
        bytes: [973e6, 176e6, 168e6, 44e6, 4.5e6, 214e6][i] ?? 1e8,
      })),
      datasets: datasets.map(({ name, count }) => ({
        name,
        spec: { name, title: name === 'humans' ? 'Humans' : 'DIS5K' },
        fingerprint: fingerprints.get(name),
        samples: count,
        problems: 0,
        tags: [name],
      })),
      device: 'cpu',
      runner: {},
      scoring,
      time: {},
      limit: null,
      shard: null,
    })
  );
  await writeTimes(folder, names, datasets);
  const manifest = createManifest('synthetic', settings);
  writeFileSync(folder.manifest, JSON.stringify(manifest));
  await writeSummary(folder, manifest);
  await sealRun(folder, await readManifest(folder));
  return path;
}

/**
 * @param {RunFolder} folder
 * @param {readonly string[]} names
 * @param {readonly Part[]} datasets
 * @param {Scoring} scoring
 * @returns {Promise<ReadonlyMap<string, string>>} the fingerprint of each dataset
 */
async function writeCells(folder, names, datasets, scoring) {
  const signatures = signaturesOf(scoring.protocols, scoring);
  const metrics = metricsOf(scoring.protocols);
  const [plan, scores, truths, predictions] = [
    folder.plan,
    folder.scores,
    folder.truths,
    folder.predictions,
  ].map(lines);
  /** @type {Map<string, string>} */
  const fingerprints = new Map();
  for (const { name: dataset, count } of datasets) {
    const fingerprint = createFingerprint();
    for (let i = 0; i < count; i++) {
      const random = generator(i * 2 + (dataset === 'humans' ? 1 : 2));
      const id = `${dataset === 'humans' ? 'validation' : 'DIS-VD'}/${String(i).padStart(5, '0')}`;
      const shape = {
        x: 10 + 28 * random(),
        y: 9 + 18 * random(),
        a: 4 + 12 * random(),
        b: 3 + 10 * random(),
      };
      const truth = createTruth(ellipse(shape, 0));
      const truthSha256 = sha256(`${dataset}/${id}`);
      const attributes =
        dataset === 'humans'
          ? { split: 'validation' }
          : { split: 'DIS-VD', group: `Group ${i % 22}`, category: `Category ${i % 40}` };
      const cells = Object.fromEntries(names.map((model) => [model, sha256(`${model}/${id}`).slice(0, 24)]));
      const common = { dataset, id };
      const [width, height] = [800 + Math.floor(2400 * random()), 600 + Math.floor(1800 * random())];
      const planned = {
        kind: 'sample',
        ...common,
        imagePath: `${id}.jpg`,
        truthPath: `${id}.png`,
        attributes,
        imageSha256: truthSha256,
        truthSha256,
        width,
        height,
        cells,
      };
      fingerprint.add(id, planned);
      await plan.write(planned);
      await truths.write({
        ...common,
        truthSha256,
        layout: attributes,
        status: 'done',
        attributes: { ...truth.get(truthAttributes), width, height },
      });
      for (const [k, model] of names.entries()) {
        const slip = (0.3 + k * 0.25) * (random() < 0.08 ? 6 : 1) * (dataset === 'humans' ? 1 : 1.8);
        const moved = {
          ...shape,
          x: shape.x + slip * (random() - 0.5),
          a: shape.a * (1 + 0.08 * slip * (random() - 0.5)),
        };
        const pair = createPair(ellipse(moved, 40 * slip), truth, DEFAULT_CONVENTIONS);
        const key = scoreKey(cells[model], truthSha256, signatures);
        await scores.write({
          key,
          model,
          ...common,
          status: 'done',
          metrics: scorePair(pair, metrics),
          counts: pair.get(fixedConfusion),
          histogram: packCounts(pair.get(countsByClass)),
        });
        await predictions.write({
          key: cells[model],
          model,
          ...common,
          status: 'done',
          phases: phases(k, random),
          matteSha256: key,
          width,
          height,
        });
      }
    }
    fingerprints.set(dataset, fingerprint.digest());
  }
  for (const file of [plan, scores, truths, predictions]) await file.end();
  return fingerprints;
}

/**
 * @param {RunFolder} folder
 * @param {readonly string[]} names
 * @param {readonly Part[]} datasets
 */
async function writeTimes(folder, names, datasets) {
  const file = lines(folder.timings);
  for (const [k, model] of names.entries()) {
    const random = generator(k + 99);
    const series = `series-${k}`;
    let atMs = 0;
    for (let iteration = 0; iteration < PASSES; iteration++) {
      for (const { name: dataset, count } of datasets) {
        for (let i = 0; i < Math.min(TIMED_IMAGES, count); i++) {
          const times = phases(k, random);
          const id = `${dataset === 'humans' ? 'validation' : 'DIS-VD'}/${String(i).padStart(5, '0')}`;
          await file.write({
            kind: 'sample',
            series,
            model,
            dataset,
            id,
            iteration,
            phases: times,
            atMs,
            ...(random() < 0.01 ? { outlier: true } : {}),
          });
          atMs += times.inferenceMs + 30;
        }
      }
    }
    await file.write({
      kind: 'model',
      series,
      model,
      loadMs: 400,
      firstInferenceMs: 900,
      warmup: 20,
      threads: 2,
      peakRssBytes: 9e8,
    });
  }
  await file.end();
}

/**
 * @param {number} k
 * @param {() => number} random
 */
function phases(k, random) {
  const inferenceMs =
    [842, 351, 307, 170, 60, 480][k % 6] * (0.95 + 0.1 * random() + (random() < 0.01 ? 0.8 : 0));
  return {
    decodeMs: 20 + 5 * random(),
    preprocessMs: 30 + 8 * random(),
    inferenceMs,
    postprocessMs: 12 + 4 * random(),
  };
}

/**
 * A filled ellipse whose rim is as soft as asked for.
 *
 * @param {Ellipse} shape
 * @param {number} soft
 * @returns {GrayImage}
 */
function ellipse({ x, y, a, b }, soft) {
  const data = new Uint8Array(WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const inside = 1 - Math.hypot((column - x) / a, (row - y) / b);
      const value = soft === 0 ? (inside >= 0 ? 255 : 0) : 128 + (inside * 6 * 255) / (1 + soft / 40);
      data[row * WIDTH + column] = Math.max(0, Math.min(255, value));
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}
