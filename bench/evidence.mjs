// What looking at a run's evidence costs (by default of 100,000 cells): reading their scores with and without sums in the lines, and all that
// a reader looks at before. Every figure is of this one run on this one machine; the ratios are what to look at.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEvidence } from '../dist/store/evidence.js';
import { loadRunScores } from '../dist/store/load-run-scores.js';
import { readManifest, runFolder } from '../dist/store/run-folder.js';
import { METRICS, MODELS, writeRun } from './support/generated-run.mjs';
import { printMachine, printTable } from './support/print.mjs';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '20000' } } });
const SAMPLES = Number(values.samples);
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'maskbench-evidence-'));
try {
  printMachine();
  await writeRun(join(folder, 'sums'), SAMPLES);
  cpSync(join(folder, 'sums'), join(folder, 'bare'), { recursive: true });
  for (const name of ['plan', 'predictions', 'scores', 'truths']) {
    const path = join(folder, 'bare', `${name}.jsonl`);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/,"sum":"\w{16}"\}$/gm, '}'));
  }
  const [sums, bare] = [runFolder(join(folder, 'sums')), runFolder(join(folder, 'bare'))];
  const manifest = await readManifest(sums);
  const { settings } = manifest;
  const load = (/** @type {typeof sums} */ of) =>
    loadRunScores({ folder: of, settings, models: MODELS, metrics: METRICS });
  /** @type {Record<string, number[]>} */
  const spent = { bare: [], sums: [], evidence: [] };
  // In turns, so that a busy moment falls on all alike.
  for (let round = 0; round < ROUNDS; round++) {
    spent.bare.push(await timed(() => load(bare)));
    spent.sums.push(await timed(() => load(sums)));
    spent.evidence.push(await timed(() => readEvidence(sums, manifest)));
  }
  const [before = 0, withSums = 0, evidence = 0] = Object.values(spent).map(median);
  printTable([
    [`of ${SAMPLES * MODELS.length} cells, median of ${ROUNDS}`, 'processor, s', 'ratio'],
    ['scores read, lines without sums', before.toFixed(2), '1.00'],
    ['scores read, every sum worked out', withSums.toFixed(2), (withSums / before).toFixed(2)],
    ['evidence: sums, plan, structure, seal', evidence.toFixed(2), (evidence / before).toFixed(2)],
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** @param {readonly number[]} seconds */
function median(seconds) {
  return [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN;
}
