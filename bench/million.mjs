// Time and memory of everything that is done with a plan and a run of very many cells: planned, 20,000 of them really run by small
// networks, the others written by a generator through the store, then merged, summed up, reported, compared and checked by the commands, each
// in a process of its own. Bars: at most 1 GB resident, and processor time in proportion (a cell of the largest run takes at most 1.3
// times as much as one of the smallest).
//
//   node bench/million.mjs [--cells 62500,125000,250000] [--models 4] [--real 20000] [--only merge,check] [--folder DIR]
import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
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

/**
 * What is measured: arguments in the folder of a size, and what they write.
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly string[]} argv
 * @property {string} [out]
 * @property {readonly number[]} [statuses]
 * @property {(cwd: string) => void} [before]
 * @property {(cwd: string) => void} [after]
 */

/** @type {readonly Step[]} */
const STEPS = [
  {
    name: 'merge',
    argv: ['merge', 'plan', '--out', 'run'],
    out: 'run/scores.jsonl',
    // In a folder that was kept: what is asked for again is only read.
    before: (cwd) => rmSync(join(cwd, 'run'), { recursive: true, force: true }),
  },
  writing('report --format markdown', 'run.md'),
  writing('report --format csv', 'run.csv'),
  writing('report --format html', 'run.html'),
  writing('report --format cells-csv', 'cells.csv'),
  writing('report --format parquet', 'run.parquet'),
  writing('report --by components --format csv', 'by.csv'),
  { name: 'rank', argv: ['rank', 'run'] },
  writing('compare --format markdown', 'compared.md'),
  writing('compare --format html', 'compared.html'),
  gate('check', 'run'),
  {
    name: 'baseline set',
    argv: ['baseline', 'set', 'kept', '--run', 'run', '--replace'],
    out: 'baselines/kept/scores.jsonl',
  },
  gate('check a baseline', 'kept'),
  // A run without a seal is summed up again.
  { ...writing('report --format json', 'run.json'), name: 'summarise', before: unseal, after: reseal },
];

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'maskbench-million-'));
const isOurs = values.folder === undefined;
/** @type {Map<string, { cells: number, seconds: number, peakMb: number }[]>} */
const results = new Map();
const tell = startTable([
  ['step', 35],
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
    step.before?.(cwd);
    await measure(step, cells, cwd);
    step.after?.(cwd);
  }
  if (isOurs) rmSync(cwd, { recursive: true, force: true });
}

/**
 * A command over the run, or over it and another, that writes a file; its words are its name.
 *
 * @param {string} name
 * @param {string} out
 * @returns {Step}
 */
function writing(name, out) {
  const [command, ...flags] = name.split(' ');
  const runs = command === 'compare' ? ['run', 'candidate'] : ['run'];
  return { name, argv: [command, ...runs, ...flags, '--out', out], out };
}

/**
 * @param {string} name
 * @param {string} baseline
 * @returns {Step}
 */
function gate(name, baseline) {
  const argv = ['check', '--baseline', baseline, '--candidate', 'candidate', '--json'];
  return { name, argv, statuses: [0, 1, 2] };
}

/**
 * @param {Step} step
 * @param {number} cells
 * @param {string} cwd
 */
async function measure({ name, argv, out, statuses }, cells, cwd) {
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
  await measure({ name: 'plan', argv }, cells, cwd);
}

/** @param {string} cwd */
function unseal(cwd) {
  renameSync(join(cwd, 'run', 'seal.json'), join(cwd, 'seal.json'));
}

/**
 * As it was, for other steps over the same folder.
 *
 * @param {string} cwd
 */
function reseal(cwd) {
  renameSync(join(cwd, 'seal.json'), join(cwd, 'run', 'seal.json'));
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
