// What a run takes on the disk by the mattes that it keeps: the quick start's pictures and its baseline, which needs no download, with
// --mattes all, worst:5 and none. The figures are in docs/scale.md; the scores must be the same.
//
//   node bench/mattes.mjs [--models contrast-baseline]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printTable } from './support/print.mjs';

const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const KEPT = ['all', 'worst:5', 'none'];
/** Pictures for people, which a run makes of some mattes. */
const PAGE = /^report/;

const { values } = parseArgs({ options: { models: { type: 'string', default: 'contrast-baseline' } } });
const folder = mkdtempSync(join(tmpdir(), 'maskbench-mattes-'));
try {
  /** @type {(string | number)[][]} */
  const rows = [['--mattes', 'mattes', 'bytes of mattes', 'bytes of records', 'bytes of all but the report']];
  const outcomes = new Set();
  for (const kept of KEPT) {
    const out = join(folder, kept.replace(':', '-'));
    const run = ['run', 'quickstart', '--models', values.models, '--no-time', '--mattes', kept, '--out', out];
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...run], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`--mattes ${kept} ended with ${status}: ${stderr}`);
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
      .map((name) => ({ name, stats: statSync(join(out, name)) }))
      .filter(({ name, stats }) => stats.isFile() && !PAGE.test(name));
    const mattes = files.filter(({ name }) => name.endsWith('.png'));
    const sum = (/** @type {typeof files} */ of) => of.reduce((bytes, { stats }) => bytes + stats.size, 0);
    const n = (/** @type {number} */ value) => value.toLocaleString('en-US');
    rows.push([kept, mattes.length, n(sum(mattes)), n(sum(files) - sum(mattes)), n(sum(files))]);
    /** @type {{ readonly accuracy: unknown }} */
    const { accuracy } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    outcomes.add(JSON.stringify(accuracy));
  }
  printTable(rows);
  console.log(`\n${outcomes.size === 1 ? 'The same' : 'NOT the same'} accuracy, to the last digit`);
  if (outcomes.size !== 1) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
