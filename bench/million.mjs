// Time and memory of everything that is done with a plan and a run of very many cells: planned, 20,000 of them really run by small
// networks, the others written by a generator through the store, then merged, summed up, reported, compared and checked by the commands, each
// in a process of its own. Bars: at most 1 GB resident, and processor time in proportion (a cell of the largest run takes at most 1.3
// times as much as one of the smallest).
//
//   node bench/million.mjs [--cells 62500,125000,250000] [--models 4] [--real 20000] [--only merge,check] [--folder DIR]
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPlan } from '../dist/store/plan-folder/plan-document.js';
import { planFolder } from '../dist/store/plan-folder/plan-folder.js';
import { describeCells, publishGenerated, writeCandidate } from './support/generated-shards.mjs';
import { measured } from './support/measured.mjs';
import { printMachine, printTable, startTable, verdict } from './support/print.mjs';

/** A file system allows some 65,000 names of one file. */
const PICTURES = 64;
/** Cells of a shard. */
const SHARD = 2500;
const BAR = { peakMb: 1000, growth: 1.3 };

const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '62500,125000,250000' },
    models: { type: 'string', default: '4' },
    real: { type: 'string', default: '20000' },
    only: { type: 'string' },
    folder: { type: 'string' },
  },
});
const sizes = values.cells.split(',').map(Number);
const models = Number(values.models);
const real = Number(values.real);
const only = values.only?.split(',');

/** What is measured, in order: arguments in the folder of a size, and what they write. */
const STEPS = /** @type {const} */ ([
  { name: 'merge', argv: ['merge', 'plan', '--out', 'run'], out: 'run/scores.jsonl' },
  {
    name: 'report --format markdown',
    argv: ['report', 'run', '--format', 'markdown', '--out', 'run.md'],
    out: 'run.md',
  },
  {
    name: 'report --format csv',
    argv: ['report', 'run', '--format', 'csv', '--out', 'run.csv'],
    out: 'run.csv',
  },
  {
    name: 'report --format html',
    argv: ['report', 'run', '--format', 'html', '--out', 'run.html'],
    out: 'run.html',
  },
  {
    name: 'report --format cells-csv',
    argv: ['report', 'run', '--format', 'cells-csv', '--out', 'cells.csv'],
    out: 'cells.csv',
  },
  {
    name: 'report --format parquet',
    argv: ['report', 'run', '--format', 'parquet', '--out', 'run.parquet'],
    out: 'run.parquet',
  },
  {
    name: 'report --by components',
    argv: ['report', 'run', '--by', 'components', '--format', 'csv', '--out', 'by.csv'],
    out: 'by.csv',
  },
  { name: 'rank', argv: ['rank', 'run'] },
  {
    name: 'compare',
    argv: ['compare', 'run', 'candidate', '--format', 'markdown', '--out', 'compared.md'],
    out: 'compared.md',
  },
  {
    name: 'compare --format html',
    argv: ['compare', 'run', 'candidate', '--format', 'html', '--out', 'compared.html'],
    out: 'compared.html',
  },
  {
    name: 'check',
    argv: ['check', '--baseline', 'run', '--candidate', 'candidate', '--json'],
    statuses: [0, 1, 2],
  },
  {
    name: 'baseline set',
    argv: ['baseline', 'set', 'kept', '--run', 'run'],
    out: 'baselines/kept/scores.jsonl',
  },
  {
    name: 'check a baseline',
    argv: ['check', '--baseline', 'kept', '--candidate', 'candidate', '--json'],
    statuses: [0, 1, 2],
  },
  // A run without a seal is summed up again.
  {
    name: 'summarise',
    before: unseal,
    argv: ['report', 'run', '--format', 'json', '--out', 'run.json'],
    out: 'run.json',
  },
]);

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'maskbench-million-'));
const isOurs = values.folder === undefined;
/** @type {Map<string, { cells: number, seconds: number, peakMb: number }[]>} */
const results = new Map();
const tell = startTable([
  ['step', 26],
  ['cells', 9],
  ['seconds', 8],
  ['processor, s', 13],
  ['µs per cell', 12],
  ['peak, MB', 9],
  ['written, MB', 12],
]);
try {
  printMachine();
  for (const cells of sizes) await measureSize(cells, join(folder, String(cells)));
  judge();
} finally {
  if (isOurs) rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {number} cells
 * @param {string} cwd
 */
async function measureSize(cells, cwd) {
  if (!existsSync(join(cwd, 'candidate', 'seal.json'))) await prepare(cells, cwd);
  for (const step of STEPS) {
    if (only !== undefined && !only.includes(step.name)) continue;
    if ('before' in step) step.before(cwd);
    await measure(step.name, cells, cwd, step);
  }
  if (isOurs) rmSync(cwd, { recursive: true, force: true });
}

/**
 * @param {string} name
 * @param {number} cells
 * @param {string} cwd
 * @param {{ argv: readonly string[], out?: string, statuses?: readonly number[] }} step
 */
async function measure(name, cells, cwd, { argv, out, statuses }) {
  const { seconds, processorSeconds, peakBytes } = await measured(argv, {
    cwd,
    ...(statuses === undefined ? {} : { statuses }),
  });
  const peakMb = peakBytes / 1e6;
  const written = out === undefined ? '' : (statSync(join(cwd, out)).size / 1e6).toFixed(1);
  tell([
    name,
    String(cells),
    seconds.toFixed(1),
    processorSeconds.toFixed(1),
    ((processorSeconds / cells) * 1e6).toFixed(1),
    peakMb.toFixed(0),
    written,
  ]);
  results.set(name, [...(results.get(name) ?? []), { cells, seconds: processorSeconds, peakMb }]);
}

/**
 * @param {number} cells
 * @param {string} cwd
 */
async function prepare(cells, cwd) {
  // What a killed generator has published stays.
  if (!existsSync(join(cwd, 'plan', 'plan.json'))) await planData(cells, cwd);
  const shards = Math.ceil(cells / SHARD);
  let start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(0);
  for (let shard = 1; shard <= Math.min(shards, Math.ceil(real / SHARD)); shard++)
    await measured(['work', 'plan', '--shard', String(shard), '--offline'], { cwd });
  console.log(`  really run in ${seconds()} s`);
  start = performance.now();
  const at = planFolder(join(cwd, 'plan'));
  const plan = await readPlan(at);
  await publishGenerated(at, plan);
  rmSync(join(cwd, 'candidate'), { recursive: true, force: true });
  await writeCandidate(join(cwd, 'candidate'), at, plan);
  console.log(`  generated in ${seconds()} s`);
}

/**
 * @param {number} cells
 * @param {string} cwd
 */
async function planData(cells, cwd) {
  rmSync(cwd, { recursive: true, force: true });
  await describeCells(cwd, { cells, models, pictures: PICTURES });
  const argv = ['plan', 'run.yaml', '--shards', String(Math.ceil(cells / SHARD)), '--out', 'plan'];
  await measure('plan', cells, cwd, { argv });
}

/** @param {string} cwd */
function unseal(cwd) {
  rmSync(join(cwd, 'run', 'seal.json'), { force: true });
}

function judge() {
  const rows = [];
  let met = true;
  for (const [name, of] of results) {
    const [first, last] = [of[0], of[of.length - 1]];
    const growth = last.seconds / last.cells / (first.seconds / first.cells);
    const holds = last.peakMb <= BAR.peakMb && growth <= BAR.growth;
    met &&= holds;
    rows.push([name, last.peakMb.toFixed(0), growth.toFixed(2), verdict(holds)]);
  }
  printTable([
    [
      'step',
      'peak of the largest, MB',
      'time per cell, largest by smallest',
      `bars ${BAR.peakMb} MB, ${BAR.growth}`,
    ],
    ...rows,
  ]);
  if (!met) process.exitCode = 1;
}
