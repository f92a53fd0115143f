// Pillow's Lanczos here and in Pillow itself, one thread: a photograph to a network's input, and its matte back. Both read the
// same noise, and the results must be equal. Skipped with one line where there is no Pillow (npm run parity -- --install).
//
//   node bench/resample.mjs [--peer newest]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resamplePillow } from '../dist/image/resample-pillow.js';
import { isInstalled, pythonOf, VENVS } from '../scripts/parity/peer.mjs';
import { median } from './support/clock.mjs';
import { ms, printMachine, printTable, times, verdict } from './support/print.mjs';

/** @import { PassOrder } from '../dist/image/resample-pillow.js' */

/**
 * @typedef {{ channels: 1 | 3, width: number, height: number, toWidth: number, toHeight: number }} Job
 * @typedef {{ times: number[], sha256: string }} Taken
 */

/** Ours at most as long as Pillow's, on every line. */
const BAR = 1;
const SIDE = 1024;
/** 0.4, 4 and 12 megapixels. */
const PHOTOGRAPHS = [
  { width: 775, height: 516 },
  { width: 2449, height: 1633 },
  { width: 4243, height: 2828 },
];
const ROUNDS = 3;
const REPEATS = 8;

const { values } = parseArgs({ options: { peer: { type: 'string', default: 'newest' } } });

/** @param {(string | number)[]} args */
const python = (...args) => {
  const { stdout, stderr, status } = spawnSync(pythonOf(values.peer), args.map(String), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Pillow's process ended with status ${status}: ${stderr}`);
  return stdout;
};
/** @type {PassOrder} */
let order = 'pillow-12';

if (!isInstalled(values.peer)) {
  console.log(`resample: skipped, there is no Pillow in ${VENVS} (npm run parity -- --install)`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-resample-'));
  try {
    printMachine();
    const version = python('-c', 'import PIL; print(PIL.__version__)').trim();
    if (Number.parseInt(version, 10) >= 13) order = 'pillow-13';
    const table = [['Lanczos, ms', 'ours', 'Pillow', 'ratio', `bar ${times(BAR)}`]];
    for (const { width, height } of PHOTOGRAPHS) {
      /** @type {Job[]} */
      const jobs = [
        { channels: 3, width, height, toWidth: SIDE, toHeight: SIDE },
        { channels: 1, width: SIDE, height: SIDE, toWidth: width, toHeight: height },
      ];
      for (const job of jobs) {
        const { ours, pillow } = compare(job, folder);
        const ratio = ours / pillow;
        table.push([nameOf(job), ms(ours), ms(pillow), times(ratio), verdict(ratio <= BAR)]);
      }
    }
    console.log(`Pillow ${version}, median of ${2 * ROUNDS * REPEATS}, blocks A B B A; all results equal`);
    printTable(table);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {Job} job
 * @param {string} folder
 */
function compare(job, folder) {
  const { channels, width, height, toWidth, toHeight } = job;
  const pixels = noise(width * height * channels);
  const path = join(folder, 'pixels');
  writeFileSync(path, pixels);
  const ours = () => {
    const taken = [];
    /** @type {Uint8Array} */
    let out = pixels;
    for (let i = 0; i < REPEATS; i++) {
      const start = performance.now();
      out = resamplePillow(pixels, width, height, channels, toWidth, toHeight, 'lanczos', order);
      taken.push(performance.now() - start);
    }
    return { times: taken, sha256: createHash('sha256').update(out).digest('hex') };
  };
  const mode = channels === 3 ? 'RGB' : 'L';
  const script = join(import.meta.dirname, 'peers/pillow.py');
  /** @type {() => Taken} */
  const pillow = () => JSON.parse(python(script, path, mode, width, height, toWidth, toHeight, REPEATS));
  ours();
  /** @type {{ ours: Taken[], pillow: Taken[] }} */
  const results = { ours: [], pillow: [] };
  for (let round = 0; round < ROUNDS; round++) {
    results.ours.push(ours());
    results.pillow.push(pillow(), pillow());
    results.ours.push(ours());
  }
  const hashes = new Set([...results.ours, ...results.pillow].map(({ sha256 }) => sha256));
  if (hashes.size !== 1) throw new Error(`${nameOf(job)}: the results differ`);
  const medianOf = (/** @type {Taken[]} */ list) => median(list.flatMap(({ times: taken }) => taken));
  return { ours: medianOf(results.ours), pillow: medianOf(results.pillow) };
}

/** @param {Job} job */
function nameOf({ channels, width, height, toWidth, toHeight }) {
  return `${width} x ${height} to ${toWidth} x ${toHeight}, ${channels === 3 ? 'RGB' : 'grey'}`;
}

/** @param {number} length */
function noise(length) {
  let state = 1;
  return new Uint8Array(length).map(() => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
