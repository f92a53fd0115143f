// What the accuracy pass costs above bare inference: decode, feed, read and write every picture, without and with the
// post's scores and the attributes of the ground truth, against the same number of processes and threads that only call
// session.run on a prepared tensor, for as many pictures. All start their processes and load their models. The order
// A B C C B A evens out a machine whose speed drifts; processor time is given beside it, which neighbours disturb less.
//
//   node bench/predict.mjs [--images 16] [--rounds 1] [--only heavy,light]
import { fork } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRunConfig, MaskbenchError, prepareRun, run } from '../dist/index.js';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { findPairs } from './support/real-masks.mjs';
import { writeSlowModel } from './support/tiny-run.mjs';

/**
 * @import { PreparedRun } from '../dist/index.js'
 * @import { OnnxModel } from '../dist/runners/onnx/ensure.js'
 */

const PROCESSES = availableParallelism();
const MID_WEIGHT_SIDE = 320;
/** Pictures of the mid-weight model for each of IS-Net's: it is about thirty times as fast. */
const MID_WEIGHT_SHARE = 12;
/** @typedef {'bare' | 'predict' | 'score'} Kind */
/** @typedef {Record<Kind, [wall: number, processor: number]>} Times */

/** @type {Kind[]} */
const ORDER = ['bare', 'predict', 'score', 'score', 'predict', 'bare'];

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: 'heavy,light' },
  },
});
const images = Number(values.images);
const rounds = Number(values.rounds);

const folder = mkdtempSync(join(tmpdir(), 'maskbench-predict-'));
try {
  printMachine();
  writeSlowModel(folder, 'mid-weight', { layers: 6, channels: 32, side: MID_WEIGHT_SIDE });
  if (values.only.includes('heavy'))
    await compare({
      name: 'IS-Net fp16, 1024 x 1024',
      model: 'isnet-fp16',
      side: 1024,
      count: images,
      bar: 1.05,
    });
  if (values.only.includes('light'))
    await compare({
      name: `six convolutions, ${MID_WEIGHT_SIDE} x ${MID_WEIGHT_SIDE}`,
      model: './mid-weight.yaml',
      side: MID_WEIGHT_SIDE,
      count: images * MID_WEIGHT_SHARE,
      bar: 1.15,
    });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {{ name: string, model: string, side: number, count: number, bar: number }} subject */
async function compare({ name, model, side, count, bar }) {
  console.log(`\n${name}: ${count} pictures, ${PROCESSES} processes with one thread each`);
  const prepared = await prepare(model, count);
  if (prepared === undefined) return;
  const network = /** @type {OnnxModel} */ (prepared.models[0]);
  const path = network.assets.paths.model;
  const table = [
    ['round', 'bare, s', 'predict, s', 'ratio', 'and score, s', 'ratio', 'CPU: bare, s', 'ratio', 'ratio'],
  ];
  const all = noTimes();
  for (let round = 1; round <= rounds; round++) {
    const times = noTimes();
    for (const kind of ORDER) {
      const measured = kind === 'bare' ? await timeBare(path, side, count) : await timePass(prepared, kind);
      for (const sums of [times, all]) measured.forEach((seconds, i) => (sums[kind][i] += seconds));
    }
    table.push([String(round), ...columns(times)]);
  }
  if (rounds > 1) table.push(['all', ...columns(all)]);
  printTable(table);
  const ratio = all.predict[0] / all.bare[0];
  console.log(
    `  predicting takes ${ratio.toFixed(3)} of the bare loop; bar: at most ${bar}: ${verdict(ratio <= bar)}`,
  );
}

/**
 * Wall and processor seconds by kind.
 *
 * @returns {Times}
 */
function noTimes() {
  return { bare: [0, 0], predict: [0, 0], score: [0, 0] };
}

/** @param {Times} times */
function columns({ bare, predict, score }) {
  const ratio = (/** @type {readonly number[]} */ of, /** @type {number} */ i) =>
    (of[i] / bare[i]).toFixed(3);
  const wall = [
    bare[0].toFixed(1),
    predict[0].toFixed(1),
    ratio(predict, 0),
    score[0].toFixed(1),
    ratio(score, 0),
  ];
  return [...wall, bare[1].toFixed(1), ratio(predict, 1), ratio(score, 1)];
}

/**
 * A run config over copies of real pictures, resolved; undefined if the model cannot be had.
 *
 * @param {string} model
 * @param {number} count
 */
async function prepare(model, count) {
  const data = join(folder, `data-${count}`);
  const pairs = findPairs(count);
  for (const side of ['im', 'gt']) mkdirSync(join(data, side), { recursive: true });
  for (let i = 0; i < count; i++) {
    const { image, truth } = pairs[i % pairs.length];
    copyFileSync(image, join(data, 'im', `${i}${extname(image)}`));
    copyFileSync(truth, join(data, 'gt', `${i}${extname(truth)}`));
  }
  const config = join(folder, `run-${count}.yaml`);
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    config,
    `name: predict
models: [${model}]
datasets: [{ name: pictures, layout: paired-folders, root: '${data}', ${sides} }]
accuracy: { processes: ${PROCESSES}, threads: 1 }
scoring: { protocols: [fixed] }
`,
  );
  try {
    const options = { offline: false, onProgress: () => undefined, signal: new AbortController().signal };
    return await prepareRun(await loadRunConfig(config), options);
  } catch (error) {
    if (!(error instanceof MaskbenchError) || !error.code.startsWith('source.')) throw error;
    console.log(`  skipped: ${error.message}`);
    return undefined;
  }
}

/**
 * Seconds from the first process's start to the last matte or score, and processor seconds of all processes.
 *
 * @param {PreparedRun} prepared
 * @param {Kind} kind
 */
async function timePass(prepared, kind) {
  const out = join(folder, 'out');
  rmSync(out, { recursive: true, force: true });
  let [start, end, cpu] = [0, 0, 0];
  const summary = await run({
    ...prepared,
    shard: null,
    out,
    resume: false,
    phases: { predict: true, score: kind === 'score', time: false },
    emit: (event) => {
      // The seal that follows has a bench of its own (durable.mjs); its processor time is counted.
      if (event.kind === 'phase-ended') end = performance.now();
      if (event.kind !== 'phase-started' || event.phase !== 'predict') return;
      [start, cpu] = [performance.now(), cpuSeconds()];
    },
    signal: new AbortController().signal,
  });
  const seconds = (end - start) / 1000;
  if (kind === 'score' && summary.cells.failed > 0) throw new Error(`${summary.cells.failed} cells failed`);
  return [seconds, cpuSeconds() - cpu];
}

/**
 * The same for processes that only compute; each takes the next few inferences when it is through.
 *
 * @param {string} path
 * @param {number} side
 * @param {number} count
 */
async function timeBare(path, side, count) {
  const start = performance.now();
  const cpu = cpuSeconds();
  let left = count;
  const lanes = Array.from({ length: PROCESSES }, () => {
    const child = fork(join(import.meta.dirname, 'support', 'bare-loop.mjs'), { execArgv: [] });
    child.send({ kind: 'load', path, threads: 1, side });
    return new Promise((resolve, reject) => {
      child.on('message', () => {
        if (left === 0) return child.kill('SIGKILL');
        left--;
        child.send({ kind: 'run', count: 1 });
      });
      child.on('error', reject);
      child.on('close', resolve);
    });
  });
  await Promise.all(lanes);
  return [(performance.now() - start) / 1000, cpuSeconds() - cpu];
}

/** Processor time of this process and of all its ended children; NaN where /proc does not tell. */
function cpuSeconds() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / 100;
  } catch {
    return Number.NaN;
  }
}
