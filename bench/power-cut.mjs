// Power cuts on a real file system: a run writes to ext4 on a disk that keeps every write and flush (logged-disk.mjs). A cut at
// a moment leaves what was flushed before it, and of the blocks written since any, in no order. After `--resume` on what ext4
// makes of that, the result must equal an undisturbed run's, cell for cell and matte for matte; and no cell may say that it is
// done without its matte. Linux only, as root.
//
//   node bench/power-cut.mjs [--cuts 50] [--seed 1]
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { differences, generator, launch, outcomeOf, runUndisturbed } from './support/kill-run.mjs';
import { LOG_HEADER_BYTES } from './support/logged-disk.mjs';
import { printMachine } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

const SAMPLES = 80;
/** Of a run, by what it says at their ends. */
const WINDOWS = ['plan', 'prediction', 'scoring and timing', 'summary and reports'];
const DISK_BYTES = 96 << 20;
const BLOCK_BYTES = 4096;
const MKFS = ['-q', '-E', 'nodiscard,lazy_itable_init=0,lazy_journal_init=0'];

const { values } = parseArgs({
  options: { cuts: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});

if (process.getuid?.() !== 0 || !existsSync('/dev/fuse') || !existsSync('/dev/loop-control')) {
  console.log('skipped: file systems are mounted, which needs root, /dev/fuse and /dev/loop-control');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-power-'));
  try {
    printMachine();
    await main(folder, Number(values.cuts), Number(values.seed));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} cuts
 * @param {number} seed
 */
async function main(folder, cuts, seed) {
  await writeSmallPairs(join(folder, 'data'), SAMPLES);
  writeSlowModel(folder, 'slow', { layers: 40 });
  writeFileSync(join(folder, 'files.yaml'), 'name: files\nfeeding: precomputed\nmasks: { path: data/gt }\n');
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: cut
models: [./slow.yaml, ./files.yaml]
datasets: [{ name: small, layout: paired-folders, root: '\${CONFIG_DIR}/data', images: { path: im }, truths: { path: gt } }]
time: { images: 2, rounds: 1, warmup: 3 }
`,
  );
  /** @type {(out: string) => import('./support/kill-run.mjs').RunCommand} */
  const command = (out) => ({ cwd: folder, argv: ['run', 'run.yaml', '--out', out] });
  const undisturbed = join(folder, 'undisturbed');
  await runUndisturbed(command(undisturbed));
  const expected = await outcomeOf(undisturbed);

  const log = join(folder, 'log');
  const bounds = await logRun(folder, log, command);
  const writes = readLog(log);
  const windows = bounds.slice(1).map((to, i) => writes.filter(({ at }) => at >= bounds[i] && at < to));
  const all = windows.flat();
  const flushes = all.filter(({ bytes }) => bytes === 0).length;
  console.log(`the logged run: ${all.length - flushes} writes, ${flushes} flushes of the disk`);
  console.log(`${WINDOWS.map((name, i) => `${name} ${windows[i].length}`).join(', ')}\n`);
  if (flushes === 0) throw new Error('the run flushed nothing: the log is no measure of anything');

  let equal = 0;
  let hollow = 0;
  for (let trial = 1; trial <= cuts; trial++) {
    const random = generator(seed * 1000 + trial);
    // Each window in turn, so that every phase of the run is hit, whatever it writes.
    const window = windows[trial % windows.length];
    const at = Math.floor(random() * window.length);
    const last = writes.indexOf(window[at]);
    const image = join(folder, 'image');
    await writeFile(image, diskAfter(log, writes, last, random));
    const mount = join(folder, `cut${trial}`);
    mkdirSync(mount);
    const [story, wrong, without] = await resumeOn(image, mount, command, expected);
    hollow += without;
    if (wrong.length === 0) equal++;
    console.log(
      `cut ${trial}, ${WINDOWS[trial % windows.length]}, after write ${at} of ${window.length}: ${story}: ${wrong.join(', ') || 'equal'}`,
    );
  }
  console.log(`\n${equal} of ${cuts} equal after --resume; ${hollow} cells said done without a whole matte`);
  if (!(cuts > 0 && equal === cuts) || hollow > 0) process.exitCode = 1;
}

/**
 * Runs on a logged disk; returns where in the log each window of the run begins, and the last one ends.
 *
 * @param {string} folder
 * @param {string} log
 * @param {(out: string) => import('./support/kill-run.mjs').RunCommand} command
 */
async function logRun(folder, log, command) {
  const [file, mount] = [join(folder, 'disk'), join(folder, 'mount')];
  writeFileSync(file, '');
  mkdirSync(mount);
  const argv = [join(import.meta.dirname, 'support/logged-disk.mjs'), file, String(DISK_BYTES), log];
  const disk = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    disk.stdout.once('data', resolve);
    disk.once('exit', (status) => reject(new Error(`the disk ended with ${status}`)));
  });
  const ended = new Promise((resolve) => disk.once('exit', resolve));
  const loop = await host('losetup', '--find', '--show', file);
  try {
    await host('mkfs.ext4', ...MKFS, loop);
    await host('mount', loop, mount);
    await host('sync', '--file-system', mount);
    const from = statSync(log).size;
    const run = launch(command(join(mount, 'run')), false);
    const bounds = [from];
    for (const said of [/^plan /m, /^predict files/m, /^time /m]) {
      await Promise.race([run.says(said), run.ended]);
      bounds.push(statSync(log).size);
    }
    const { status, stderr } = await run.ended;
    if (status !== 0) throw new Error(`the logged run ended with ${status}: ${stderr}`);
    // What was not forced to the disk is written when it is unmounted.
    await host('umount', mount);
    return [...bounds, statSync(log).size];
  } finally {
    await host('losetup', '--detach', loop);
    await host('umount', file);
    await ended;
  }
}

/**
 * What ext4 makes of an image, resumed: what was there, in what it differs from `expected`, and how many cells said without
 * reason that they are done.
 *
 * @param {string} image
 * @param {string} mount
 * @param {(out: string) => import('./support/kill-run.mjs').RunCommand} command
 * @param {Readonly<Record<string, string>>} expected
 * @returns {Promise<[story: string, wrong: readonly string[], hollow: number]>}
 */
async function resumeOn(image, mount, command, expected) {
  await host('mount', '-o', 'loop', image, mount);
  try {
    const run = join(mount, 'run');
    const done = doneCells(run);
    const hollow = (await Promise.all(done.map((cell) => isWhole(run, cell)))).filter((whole) => !whole);
    const resume = existsSync(join(run, 'manifest.json'));
    const { status, stderr } = await launch(command(run), resume).ended;
    const story = resume ? `${done.length} cells were done` : 'no run was there';
    if (status !== 0) return [story, [`exit status ${status} (${stderr.trim()})`], hollow.length];
    const wrong = differences(expected, await outcomeOf(run));
    const mattes = await Promise.all(doneCells(run).map((cell) => isWhole(run, cell)));
    if (mattes.includes(false)) wrong.push('mattes');
    return [story, wrong, hollow.length];
  } finally {
    await host('umount', mount);
  }
}

/**
 * @param {string} run
 * @returns {readonly import('./support/kill-run.mjs').CellLine[]}
 */
function doneCells(run) {
  const path = join(run, 'predictions.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line)).filter(({ status }) => status === 'done');
}

/**
 * Whether a matte is there with the pixels that its line tells of.
 *
 * @param {string} run
 * @param {import('./support/kill-run.mjs').CellLine} cell
 */
async function isWhole(run, { model, dataset, id, matteSha256 }) {
  try {
    const png = await readFile(join(run, 'predictions', model, dataset, `${id}.png`));
    const pixels = await sharp(png).toColourspace('b-w').raw().toBuffer();
    return createHash('sha256').update(pixels).digest('hex') === matteSha256;
  } catch {
    return false;
  }
}

/**
 * A record of the log: `at` is where it begins there; a flush has no bytes.
 *
 * @typedef {{ readonly at: number, readonly offset: number, readonly bytes: number }} LoggedWrite
 */

/**
 * @param {string} log
 * @returns {readonly LoggedWrite[]}
 */
function readLog(log) {
  const data = readFileSync(log);
  const writes = [];
  for (let at = 0; at < data.length;) {
    const [offset, bytes] = [Number(data.readBigUInt64LE(at)), data.readUInt32LE(at + 8)];
    writes.push({ at, offset, bytes });
    at += LOG_HEADER_BYTES + bytes;
  }
  return writes;
}

/**
 * The disk after a power cut: all that was flushed, and of what was written since each block with an even chance.
 *
 * @param {string} log
 * @param {readonly LoggedWrite[]} writes
 * @param {number} last index of the last write before the cut
 * @param {() => number} random
 */
function diskAfter(log, writes, last, random) {
  const data = readFileSync(log);
  const disk = Buffer.alloc(DISK_BYTES);
  const flushed = writes.findLastIndex(({ bytes }, i) => i <= last && bytes === 0);
  for (const [i, { at, offset, bytes }] of writes.slice(0, last + 1).entries()) {
    for (let from = 0; from < bytes; from += BLOCK_BYTES) {
      if (i > flushed && random() < 0.5) continue;
      const start = at + LOG_HEADER_BYTES + from;
      data.copy(disk, offset + from, start, Math.min(start + BLOCK_BYTES, at + LOG_HEADER_BYTES + bytes));
    }
  }
  return disk;
}

/**
 * Runs a command of the system; returns what it prints. Never in step with this process: the disk is served beside it.
 *
 * @param {string} name
 * @param {...string} argv
 * @returns {Promise<string>}
 */
async function host(name, ...argv) {
  const child = spawn(name, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`${name} ${argv.join(' ')} ended with ${status}: ${err}`);
  return out.trim();
}
