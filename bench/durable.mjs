// What it costs that a cell is done only when its matte and its line are on the disk: for how long an accuracy pass waited
// for the disk, counted within the pass itself. One of the quick start's models, one of precomputed masks (hard links to a
// few small pictures). Waiting is: in predicting and scoring what the writers count as blocked, elsewhere every flush.
//
// Then what a resume costs in which nothing is left to do, beside reading every file once, and one with a single cell open.
//
//   node --expose-gc bench/durable.mjs [--masks 5000] [--files small|ordinary] [--folder <on the disk to measure>] [--only masks|models]
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFileSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRunConfig, MaskbenchError, prepareRun, run } from '../dist/index.js';
import { peakResidentBytes } from './support/clock.mjs';
import { linkMany } from './support/link-many.mjs';
import { printMachine, verdict } from './support/print.mjs';
import { writeSmallPairs } from './support/tiny-run.mjs';

const MODELS_BAR = 0.03;
const MASKS_BAR = 0.1;
/** Growth of the resident set from the first tenth of the masks to the last. */
const GROWTH_BAR_MB = 32;
/** Of resuming a run in which nothing is left to do, against reading its files once. */
const RESUME_BAR = 1.2;
/** A turn less where each takes minutes. */
const turnsOf = (/** @type {number} */ count) => (count >= 50_000 ? 2 : 3);
/** Longer than a file counts as just written, which is read again. */
const SETTLED_MS = 2500;
const READERS = 16;
const TMPFS = 0x01021994;
const ROOT = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    masks: { type: 'string', default: '5000' },
    // Not the folder for temporary files: that may be in memory.
    folder: { type: 'string', default: ROOT },
    only: { type: 'string' },
    // A few hundred bytes each, or the repository's own samples, 83 KB on average.
    files: { type: 'string', default: 'small' },
  },
});

const flushes = await watchFlushes();
const folder = mkdtempSync(join(resolve(values.folder), '.durable-'));
try {
  printMachine();
  if (statfsSync(folder).type === TMPFS)
    console.log('  in memory, where nothing waits: name a disk by --folder');
  if (values.only !== 'masks') await models();
  if (values.only !== 'models') await masks(Number(values.masks));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function models() {
  console.log("\nthe quick start's models");
  try {
    await measure(join(ROOT, 'configs/runs/quickstart.yaml'), 'models', MODELS_BAR, false);
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code !== 'source.unreachable') throw error;
    console.log(`  skipped: ${error.message}`);
  }
}

/** @param {number} count */
async function masks(count) {
  console.log(`\n${count} precomputed masks, ${values.files} files`);
  if (values.files === 'ordinary') copySamples(join(folder, 'pictures'));
  else await writeSmallPairs(join(folder, 'pictures'), 5);
  linkMany(join(folder, 'pictures'), join(folder, 'data'), count);
  writeFileSync(
    join(folder, 'masks.yaml'),
    "name: masks\nfeeding: precomputed\nmasks: { path: 'data/gt/{id}.png' }\n",
  );
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: masks
models: [./masks.yaml]
datasets: [{ name: many, layout: paired-folders, root: '\${CONFIG_DIR}/data', ${sides} }]
`,
  );
  await sleep(SETTLED_MS);
  const config = join(folder, 'run.yaml');
  const runFolder = join(folder, 'runs', 'masks');
  await measure(config, 'masks', MASKS_BAR, true);
  // In turn, so that a busy neighbour meets both; all of it is in the memory of the system by now.
  /** @type {{ resume: Cost, read: Cost }[]} */
  const turns = [];
  for (let turn = 0; turn < turnsOf(count); turn++) {
    const resume = await measure(config, 'masks', MASKS_BAR, true, true);
    turns.push({ resume, read: await costOf(() => readOnce(join(folder, 'data'), runFolder)) });
  }
  const least = (/** @type {'resume' | 'read'} */ of, /** @type {keyof Cost} */ ms) =>
    Math.min(...turns.map((turn) => turn[of][ms]));
  const ratio = least('resume', 'wallMs') / least('read', 'wallMs');
  const told = (/** @type {keyof Cost} */ ms) =>
    `${seconds(least('resume', ms))} s and ${seconds(least('read', ms))} s`;
  const ofProcessor = least('resume', 'processorMs') / least('read', 'processorMs');
  console.log(
    `  resuming takes ${ratio.toFixed(2)} times reading and hashing every file once (least of ${turns.length}: ${told('wallMs')}); bar: ${RESUME_BAR}: ${verdict(ratio <= RESUME_BAR)}`,
  );
  console.log(`  of a processor's time ${ofProcessor.toFixed(2)} times (${told('processorMs')})`);
  if (!(ratio <= RESUME_BAR)) process.exitCode = 1;
  openLastCell(runFolder);
  const { wallMs } = await measure(config, 'masks', MASKS_BAR, true, true);
  const relative = (wallMs / least('read', 'wallMs')).toFixed(1);
  console.log(
    `  with its last cell open, as a kill leaves it, resuming, summing up and sealing takes ${relative} times as long (no bar)`,
  );
}

/** @typedef {{ wallMs: number, processorMs: number }} Cost */

/**
 * @param {() => Promise<unknown>} work
 * @returns {Promise<Cost>}
 */
async function costOf(work) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - start, processorMs: (user + system) / 1000 };
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

/**
 * The pictures and ground truths that the repository has, in copies that can be linked to.
 *
 * @param {string} to
 */
function copySamples(to) {
  for (const side of ['im', 'gt']) {
    mkdirSync(join(to, side), { recursive: true });
    for (const split of ['humans/training', 'humans/validation', 'DIS5K/DIS-VD']) {
      const from = join(ROOT, 'samples', split, side);
      for (const name of readdirSync(from))
        copyFileSync(join(from, name), join(to, side, `${split.replace('/', '-')}-${name}`));
    }
  }
}

/**
 * A run as it is when it is killed with one cell to go.
 *
 * @param {string} runFolder
 */
function openLastCell(runFolder) {
  for (const name of ['seal.json', 'summary.json', 'curves.json']) rmSync(join(runFolder, name));
  for (const name of ['predictions.jsonl', 'scores.jsonl', 'truths.jsonl']) {
    const path = join(runFolder, name);
    const bytes = readFileSync(path);
    truncateSync(path, bytes.lastIndexOf(10, bytes.length - 2) + 1);
  }
}

/**
 * All that a run reads to be resumed, read once: pictures and masks hashed, and the run's own
 * files. Mattes of scored cells are not read again.
 *
 * @param {string} data
 * @param {string} runFolder
 */
async function readOnce(data, runFolder) {
  const paths = ['im', 'gt'].flatMap((side) =>
    readdirSync(join(data, side)).map((name) => join(data, side, name)),
  );
  const own = readdirSync(runFolder).filter((name) => /\.jsonl?$/.test(name));
  for (const name of own)
    createHash('sha256')
      .update(await readFile(join(runFolder, name)))
      .digest();
  let next = 0;
  const work = async () => {
    while (next < paths.length)
      createHash('sha256')
        .update(await readFile(paths[next++]))
        .digest();
  };
  await Promise.all(Array.from({ length: READERS }, work));
}

/**
 * @param {string} config
 * @param {string} name
 * @param {number} bar
 * @param {boolean} watchMemory
 * @param {boolean} [resume]
 */
async function measure(config, name, bar, watchMemory, resume = false) {
  const signal = new AbortController().signal;
  const prepared = await prepareRun(await loadRunConfig(config), {
    offline: true,
    onProgress: () => undefined,
    signal,
  });
  const resident = new Map();
  let phase = 'other';
  let blockedMs = 0;
  let predictMs = 0;
  flushes.reset(() => phase === 'other');
  let phaseStart = performance.now();
  /** @type {import('../dist/index.js').Summary | undefined} */
  let summary;
  const cost = await costOf(async () => {
    summary = await run({
      ...prepared,
      shard: null,
      out: join(folder, 'runs', name),
      resume,
      phases: { predict: true, score: true, time: false },
      emit: (event) => {
        if (event.kind === 'phase-started') {
          phaseStart = performance.now();
          phase = event.phase === 'plan' ? 'other' : event.phase;
        }
        if (event.kind === 'phase-ended') {
          if (phase !== 'other') predictMs += performance.now() - phaseStart;
          blockedMs += event.blockedMs ?? 0;
          phase = 'other';
        }
        if (
          watchMemory &&
          event.kind === 'progress' &&
          event.phase === 'predict' &&
          event.total !== undefined
        ) {
          const tenth = Math.floor((10 * event.done) / event.total);
          if (resident.has(tenth)) return;
          globalThis.gc?.();
          resident.set(tenth, process.memoryUsage.rss() / 1e6);
        }
      },
      signal,
    });
  });
  const { wallMs } = cost;
  const { scored = 0, planned = 0 } = summary?.cells ?? {};
  const waitedMs = blockedMs + flushes.ms();
  const share = waitedMs / wallMs;
  console.log(
    `  ${resume ? 'resumed: ' : ''}${scored} of ${planned} scored in ${seconds(wallMs)} s, of it ${seconds(predictMs)} s predicting and scoring`,
  );
  console.log(
    `  ${flushes.count()} flushes took ${seconds(flushes.allMs())} s, one after another or side by side; the pass waited ${seconds(blockedMs)} s in predicting and scoring and ${seconds(flushes.ms())} s elsewhere`,
  );
  const met = share <= bar && scored === planned;
  if (!resume)
    console.log(
      `  waited for the disk: ${(100 * share).toFixed(2)} % of the pass; bar: at most ${100 * bar} %: ${verdict(met)}`,
    );
  if (!met && !resume) process.exitCode = 1;
  if (!watchMemory || resume) return cost;
  const growth = (resident.get(9) ?? Number.NaN) - (resident.get(1) ?? Number.NaN);
  const flat = growth <= GROWTH_BAR_MB;
  const peak = (peakResidentBytes() ?? Number.NaN) / 1e6;
  console.log(
    `  resident set from a tenth to nine tenths of the masks: ${growth.toFixed(1)} MB more, ${peak.toFixed(0)} MB at most; bar: ${GROWTH_BAR_MB} MB: ${verdict(flat)}`,
  );
  if (!flat) process.exitCode = 1;
  return cost;
}

/** Times every flush that this process asks for. */
async function watchFlushes() {
  const handle = await open(ROOT);
  /** @type {import('node:fs/promises').FileHandle} */
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  let [count, allMs, ms] = [0, 0, 0];
  let counts = () => false;
  for (const call of /** @type {const} */ (['sync', 'datasync'])) {
    const { [call]: flush } = prototype;
    prototype[call] = async function timed() {
      const start = performance.now();
      const isCounted = counts();
      try {
        await flush.call(this);
      } finally {
        count++;
        allMs += performance.now() - start;
        if (isCounted) ms += performance.now() - start;
      }
    };
  }
  return {
    /** @param {() => boolean} when of which flushes the time is waited for */
    reset(when) {
      [count, allMs, ms] = [0, 0, 0];
      counts = when;
    },
    count: () => count,
    allMs: () => allMs,
    ms: () => ms,
  };
}
