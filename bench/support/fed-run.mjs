// One picture under many names, and runs over it.
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadRunConfig, prepareRun, run } from '../../dist/index.js';
import { findPairs } from './real-masks.mjs';
import { writeSlowModel } from './tiny-run.mjs';

/**
 * @import { PreparedRun } from '../../dist/index.js'
 */

/** @typedef {{ width: number, height: number, side: number }} Subject */

/**
 * Writes a real picture and its mask at a size, so many times by hard links, and a model that is fed squares.
 *
 * @param {string} folder
 * @param {Subject} subject
 * @param {number} count
 */
export async function writePictures(folder, { width, height, side }, count) {
  const [{ image, truth }] = findPairs(1);
  for (const name of ['im', 'gt']) mkdirSync(join(folder, name), { recursive: true });
  const size = { fit: /** @type {const} */ ('fill') };
  await sharp(image).resize(width, height, size).jpeg({ quality: 90 }).toFile(join(folder, 'image.jpg'));
  await sharp(truth)
    .resize(width, height, { ...size, kernel: 'nearest' })
    .png()
    .toFile(join(folder, 'truth.png'));
  for (let i = 0; i < count; i++) {
    const name = String(i).padStart(5, '0');
    linkSync(join(folder, 'image.jpg'), join(folder, 'im', `${name}.jpg`));
    linkSync(join(folder, 'truth.png'), join(folder, 'gt', `${name}.png`));
  }
  writeSlowModel(folder, 'card', { layers: 1, channels: 1, side });
}

/**
 * @param {string} folder as `writePictures` left it
 * @param {{ device?: string, feeders?: number | 'auto', limit: number }} options
 */
export async function prepareFed(folder, { device = 'cuda:0', feeders = 'auto', limit }) {
  const config = join(folder, 'run.yaml');
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    config,
    `name: feed
models: [./card.yaml]
datasets: [{ name: pictures, layout: paired-folders, root: '${folder}', ${sides} }]
device: ${device}
limit: ${limit}
accuracy: { feeders: ${feeders} }
scoring: { protocols: [fixed] }
`,
  );
  return await prepareRun(await loadRunConfig(config), { offline: true });
}

/**
 * Predicts, and nothing else.
 *
 * @param {PreparedRun} prepared
 * @param {string} out removed first
 * @param {(done: number) => void} [onDone]
 * @returns pictures per second after the first quarter, whose beginning waits for processes to start, how long the whole took from the start of the
 *   first process, and the processor time per picture of this process and its children
 */
export async function predictFed(prepared, out, onDone = () => undefined) {
  rmSync(out, { recursive: true, force: true });
  /** @type {number[]} */
  const ends = [];
  let [start, cpu] = [0, 0];
  const summary = await run({
    ...prepared,
    out,
    phases: { predict: true, score: false, time: false },
    emit(event) {
      if (event.kind === 'phase-started' && event.phase === 'predict') {
        start = performance.now();
        cpu = cpuSeconds();
      }
      if (event.kind !== 'progress' || event.phase !== 'predict') return;
      ends.push(performance.now());
      onDone(ends.length);
    },
  });
  const done = ends.length;
  const from = Math.floor(done / 4);
  return {
    perSecond: ((done - 1 - from) * 1000) / (ends[done - 1] - ends[from]),
    seconds: (ends[done - 1] - start) / 1000,
    cpuMs: ((cpuSeconds() - cpu) * 1000) / done,
    done,
    summary,
  };
}

/** Processor time of this process and of all its ended children; NaN where /proc does not tell. */
export function cpuSeconds() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Bytes in memory of the children of this process, each; Linux only. */
export function childrenRss() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const of = (/** @type {string} */ field) =>
          Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
        // One that has just ended has no memory.
        return of('PPid') === process.pid && of('VmRSS') > 0 ? [of('VmRSS') * 1024] : [];
      } catch {
        // It ended in between.
        return [];
      }
    });
}
