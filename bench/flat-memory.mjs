// Memory of a run over many pictures: 5,000 samples (hard links to a few small pictures) of a tiny model. What the
// parent holds must not grow with the number of pictures.
//
//   node --expose-gc bench/flat-memory.mjs [--samples 5000]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadRunConfig, prepareRun, run } from '../dist/index.js';
import { peakResidentBytes } from './support/clock.mjs';
import { linkMany } from './support/link-many.mjs';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

const PICTURES = 5;
const STEP = 500;
/** Growth of the resident set after the first thousand pictures; a leak of one matte a picture would be 28 MB. */
const BAR_MB = 16;

const { values } = parseArgs({ options: { samples: { type: 'string', default: '5000' } } });
const samples = Number(values.samples);

const folder = mkdtempSync(join(tmpdir(), 'maskbench-memory-'));
try {
  printMachine();
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  await writeData();
  const signal = new AbortController().signal;
  const loaded = await loadRunConfig(join(folder, 'run.yaml'));
  const prepared = await prepareRun(loaded, { offline: true, onProgress: () => undefined, signal });
  const table = [['pictures', 'resident set, MB', 'live heap, MB']];
  const resident = new Map();
  const start = performance.now();
  const summary = await run({
    ...prepared,
    shard: null,
    out: join(folder, 'out'),
    resume: false,
    phases: { predict: true, score: true, time: false },
    emit: (event) => {
      if (event.kind !== 'progress' || event.phase !== 'predict' || event.done % STEP !== 0) return;
      globalThis.gc?.();
      const [rss, heap] = [megabytes(process.memoryUsage.rss()), megabytes(process.memoryUsage().heapUsed)];
      resident.set(event.done, rss);
      table.push([String(event.done), rss.toFixed(1), heap.toFixed(1)]);
    },
    signal,
  });
  const seconds = (performance.now() - start) / 1000;
  printTable(table);
  const { scored, planned } = summary.cells;
  console.log(`  ${scored} of ${planned} scored in ${seconds.toFixed(0)} s; peak resident set ${peak()}`);
  if (globalThis.gc === undefined) console.log('  without --expose-gc the figures include garbage');
  const last = Math.max(...resident.keys());
  const growth = (resident.get(last) ?? Number.NaN) - (resident.get(1000) ?? Number.NaN);
  const met = growth <= BAR_MB && scored === samples;
  console.log(
    `  growth from 1000 to ${last} pictures: ${growth.toFixed(1)} MB; bar: at most ${BAR_MB} MB: ${verdict(met)}`,
  );
  if (!met) process.exitCode = 1;
}

async function writeData() {
  await writeSmallPairs(join(folder, 'pictures'), PICTURES);
  writeSlowModel(folder, 'tiny', { layers: 1, channels: 4 });
  linkMany(join(folder, 'pictures'), join(folder, 'data'), samples);
  const sides = 'images: { path: im }, truths: { path: gt }';
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: memory
models: [./tiny.yaml]
datasets: [{ name: many, layout: paired-folders, root: '\${CONFIG_DIR}/data', ${sides} }]
`,
  );
}

/** @param {number} bytes */
function megabytes(bytes) {
  return bytes / 1e6;
}

/** Worker threads included, child processes not. */
function peak() {
  const bytes = peakResidentBytes();
  return bytes === undefined ? 'unknown here' : `${megabytes(bytes).toFixed(0)} MB`;
}
