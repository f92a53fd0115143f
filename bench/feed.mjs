// How well a card is fed, with cards that are SIMULATED: they answer after so many milliseconds without computing, behind the face
// of every runner; decoding, feeding, reading, writing and all that a run does are real. A model of costs, measured here, says
// what the slower of card and cores allows; the bar is a share of that.
//
//   node bench/feed.mjs [--only rates,cards,memory] [--pictures 60] [--memory-pictures 400]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assertUnchanged, hashFile } from '../dist/core/hash-file.js';
import { decodeRgb } from '../dist/image/codec.js';
import { feedingOf } from '../dist/models/feedings/registry.js';
import { loadModelSpec } from '../dist/runners/load-spec.js';
import { writeMatte } from '../dist/runners/write-matte.js';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { childrenRss, predictFed, prepareFed, writePictures } from './support/fed-run.mjs';
import { setCards, simulateCards } from './support/simulated-runner.mjs';

/**
 * @import { Subject } from './support/fed-run.mjs'
 * @import { NetworkSpec } from '../dist/models/spec/spec.js'
 * @typedef {{ decode: number, feed: number, read: number, write: number, thread: number, all: number }} Costs milliseconds per picture
 */

const RATE_BAR = 0.9;
const CARD_MS = [5, 10, 50, 200];
/** One of eight cards lost in the middle: at most so many times as long. */
const LOST_BAR = 1.3;
const MEMORY_FEEDERS = 4;
/** What the process of a card may take with four feeding threads and pictures of 12 megapixels. */
const MEMORY_BAR = 1.5e9;
const CORES = availableParallelism();
/** Pictures that feed fast enough for eight cards on two cores. */
const LIGHT = { width: 500, height: 400, side: 320 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'rates,cards,memory' },
    pictures: { type: 'string', default: '60' },
    'memory-pictures': { type: 'string', default: '400' },
  },
});
const only = values.only.split(',');
const pictures = Number(values.pictures);

printMachine();
console.log('Every card below is SIMULATED: it waits, and computes nothing.');
simulateCards();
let missed = 0;
if (only.includes('rates')) {
  await rates('1.8 megapixels, fed as 1024 x 1024', { width: 1600, height: 1125, side: 1024 });
  await rates('0.2 megapixels, fed as 320 x 320', { width: 500, height: 400, side: 320 });
}
if (only.includes('cards')) await severalCards();
if (only.includes('memory')) await memory();
process.exitCode = missed > 0 ? 1 : 0;

/**
 * @param {string} name
 * @param {Subject} subject
 */
async function rates(name, subject) {
  await inFolder(async (folder) => {
    await writePictures(folder, subject, 4 * pictures);
    console.log(`\nPictures of ${name}`);
    const costs = await measureCosts(folder);
    const rows = [['simulated card, ms', 'feeding threads', 'allowed, /s', 'by', 'reached, /s', 'share']];
    let least = Infinity;
    for (const ms of CARD_MS) {
      for (const feeders of [1, 2]) {
        setCards({ ms });
        const bound = boundOf(costs, { ms, feeders, cores: CORES });
        const limit = Math.min(
          4 * pictures,
          Math.max(12, Math.ceil(Math.min(pictures, 6 * bound.perSecond))),
        );
        const { perSecond } = await predictFed(
          await prepareFed(folder, { feeders, limit }),
          join(folder, 'out'),
        );
        const share = perSecond / bound.perSecond;
        least = Math.min(least, share);
        const cells = [
          ms,
          feeders,
          bound.perSecond.toFixed(1),
          bound.by,
          perSecond.toFixed(1),
          share.toFixed(3),
        ];
        rows.push(cells.map(String));
      }
    }
    printTable(rows);
    judge(`least share ${least.toFixed(3)}; bar: at least ${RATE_BAR}`, least >= RATE_BAR);
    console.log('  On paper, by the same costs, a feeding thread per core; pictures per second:');
    const paper = [['cores', ...CARD_MS.map((ms) => `simulated card of ${ms} ms`)]];
    for (const cores of [CORES, 16, 64]) {
      const cells = CARD_MS.map((ms) => {
        const { perSecond, by } = boundOf(costs, { ms, feeders: cores, cores });
        return `${perSecond.toFixed(0)} (${by})`;
      });
      paper.push([String(cores), ...cells]);
    }
    printTable(paper);
  });
}

/**
 * What one feeding thread takes for a picture, each step alone and one after the other, and what all of a run takes of the
 * processors for it.
 *
 * @param {string} folder
 * @returns {Promise<Costs>}
 */
async function measureCosts(folder) {
  const { spec } = await loadModelSpec('./card.yaml', folder);
  const feeding = feedingOf(/** @type {NetworkSpec} */ (spec));
  const path = join(folder, 'im', '00000.jpg');
  const sha256 = await hashFile(path);
  // Of processor time, which neighbours disturb least: a feeding thread does one thing at a time.
  const now = () => process.cpuUsage().user + process.cpuUsage().system;
  const sums = { decode: 0, feed: 0, read: 0, write: 0 };
  const rounds = 12;
  for (let round = -3; round < rounds; round++) {
    const marks = [now()];
    const image = await decodeRgb(path);
    marks.push(now());
    const { tensor } = await feeding.prepare(image, undefined);
    await assertUnchanged(path, sha256);
    marks.push(now());
    const [, , height, width] = tensor.dims;
    const data = Float32Array.from(tensor.data.subarray(0, height * width));
    const output = { dims: [1, 1, height, width], data };
    marks.push(now());
    const matte = await feeding.read(output, image.width, image.height);
    feeding.rawRange?.(output, image.width, image.height);
    marks.push(now());
    await writeMatte(join(folder, 'draft.png'), matte);
    marks.push(now());
    if (round < 0) continue;
    const [decoded, fed, , read, written] = marks.slice(1).map((mark, i) => (mark - marks[i]) / 1000);
    sums.decode += decoded;
    sums.feed += fed;
    sums.read += read;
    sums.write += written;
  }
  const [decode, feed, read, write] = Object.values(sums).map((sum) => sum / rounds);
  setCards({ ms: 0 });
  const few = await predictFed(await prepareFed(folder, { feeders: 1, limit: 10 }), join(folder, 'out'));
  const many = await predictFed(await prepareFed(folder, { feeders: 1, limit: 70 }), join(folder, 'out'));
  // Without what starting a process takes.
  const all = (many.cpuMs * many.done - few.cpuMs * few.done) / (many.done - few.done);
  const costs = { decode, feed, read, write, thread: decode + feed + read + write, all };
  const told = Object.entries({ decode, feed, read, write }).map(([what, ms]) => `${what} ${ms.toFixed(1)}`);
  console.log(
    `  one feeding thread, ms per picture: ${told.join(', ')}, together ${costs.thread.toFixed(1)}; ` +
      `processor time of the whole run, ms per picture: ${all.toFixed(1)}`,
  );
  return costs;
}

/**
 * Pictures per second that the slowest of card, feeding threads and cores allows.
 *
 * @param {Costs} costs
 * @param {{ ms: number, feeders: number, cores: number }} of
 */
function boundOf({ thread, all }, { ms, feeders, cores }) {
  const bounds = [
    { by: 'card', perSecond: 1000 / ms },
    { by: 'threads', perSecond: (1000 * feeders) / thread },
    { by: 'cores', perSecond: (1000 * cores) / Math.max(all, thread) },
  ];
  return bounds.reduce((least, bound) => (bound.perSecond < least.perSecond ? bound : least));
}

async function severalCards() {
  await inFolder(async (folder) => {
    await writePictures(folder, LIGHT, 8 * 14);
    const out = join(folder, 'out');
    const on = (/** @type {number} */ cards) =>
      Array.from({ length: cards }, (_, i) => `cuda:${i}`).join(',');
    /** @param {{ cards: number, ms: number, limit: number, lostAfterMs?: number }} of */
    const predict = async ({ cards, ms, limit, lostAfterMs }) => {
      setCards({
        ms,
        ...(lostAfterMs === undefined ? {} : { lost: { index: cards - 1, at: Date.now() + lostAfterMs } }),
      });
      const done = await predictFed(await prepareFed(folder, { device: on(cards), feeders: 1, limit }), out);
      return { ...done, cells: readCells(out) };
    };
    console.log('\nSeveral simulated cards');
    for (const { cards, ms, each, bar } of [
      { cards: 2, ms: 200, each: 30, bar: 1.9 },
      { cards: 8, ms: 1000, each: 14, bar: 7.5 },
    ]) {
      const one = await predict({ cards: 1, ms, limit: each });
      const all = await predict({ cards, ms, limit: cards * each });
      const ratio = all.perSecond / one.perSecond;
      const speeds = `${all.perSecond.toFixed(2)} pictures/s against ${one.perSecond.toFixed(2)}`;
      judge(
        `${cards} simulated cards of ${ms} ms: ${speeds}, ${ratio.toFixed(2)}x one; bar: at least ${bar}`,
        ratio >= bar,
      );
      const lost = await predict({ cards, ms, limit: cards * each, lostAfterMs: 500 * all.seconds });
      const share = lost.seconds / all.seconds;
      const times = `${lost.seconds.toFixed(1)} s against ${all.seconds.toFixed(1)}, ${share.toFixed(2)}x`;
      const isEqual = lost.cells.length > 0 && lost.cells.join() === all.cells.join();
      const told = `one of them lost in the middle: cells ${isEqual ? 'equal' : 'DIFFERENT'}, ${times}`;
      // Of two, what is left has half the speed: half of the time and then all of it.
      const most = LOST_BAR * (cards > 2 ? 1 : 1.5);
      judge(`${told}; bar: equal, at most ${most.toFixed(2)}x`, isEqual && share <= most);
    }
  });
}

/**
 * What became of every cell of a run.
 *
 * @param {string} out
 */
function readCells(out) {
  const lines = readFileSync(join(out, 'predictions.jsonl'), 'utf8').trim().split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .map(({ key, id, status, matteSha256 }) => `${id} ${key} ${status} ${matteSha256}`)
    .sort();
}

async function memory() {
  const count = Number(values['memory-pictures']);
  await inFolder(async (folder) => {
    await writePictures(folder, { width: 4000, height: 3000, side: 1024 }, count);
    console.log(
      `\n${count} pictures of 12 megapixels, ${MEMORY_FEEDERS} feeding threads, a simulated card of 10 ms`,
    );
    setCards({ ms: 10 });
    /** @type {number[]} */
    const peaks = [];
    const part = Math.ceil(count / 10);
    await predictFed(
      await prepareFed(folder, { feeders: MEMORY_FEEDERS, limit: count }),
      join(folder, 'out'),
      (done) => {
        const at = Math.floor((done - 1) / part);
        peaks[at] = Math.max(peaks[at] ?? 0, ...childrenRss());
        // Nobody reads them here, and of ten thousand pictures they would be 65 GB.
        if (done % 100 === 0) removeMattes(join(folder, 'out'));
      },
    );
    console.log(
      `  most memory of the process in each tenth, MB: ${peaks.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ')}`,
    );
    const most = Math.max(...peaks);
    judge(`at most ${(most / 1e6).toFixed(0)} MB; bar: ${MEMORY_BAR / 1e6} MB`, most <= MEMORY_BAR);
  });
}

/**
 * Removes the mattes that a run has put in their places.
 *
 * @param {string} out
 */
function removeMattes(out) {
  const files = readdirSync(join(out, 'predictions'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.png')))
    rmSync(join(out, 'predictions', file), { force: true });
}

/**
 * @param {string} what
 * @param {boolean} holds
 */
function judge(what, holds) {
  if (!holds) missed++;
  console.log(`  ${what}: ${verdict(holds)}`);
}

/** @param {(folder: string) => Promise<void>} work */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-feed-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
