// The latency gate with real delays: a network of 40 convolutions against itself and against one of 44 (+10 %), through
// the real command line, `check --remeasure`, in fresh processes A B B A. The first must not fail, the second must.
// Takes some minutes and a machine that does nothing else: an unsealed round decides nothing, and is printed as such.
//
//   npm run build && node bench/gate-latency.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printMachine, printTable, verdict } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

/**
 * @import { StdioOptions } from 'node:child_process'
 * @import { Comparison } from '../dist/schema/comparison.js'
 * @import { PairVerdict } from '../dist/schema/verdict.js'
 */

const CLI = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'maskbench-gate-latency-'));
try {
  await writeSmallPairs(join(folder, 'data'), 4);
  for (const [name, layers] of Object.entries({ before: 40, same: 40, slower: 44 }))
    writeSlowModel(folder, name, { layers });
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: delays
models: [./before.yaml, ./same.yaml, ./slower.yaml]
datasets: [{ name: small, layout: paired-folders, root: '${folder}/data', images: { path: im }, truths: { path: gt } }]
`,
  );
  writeFileSync(
    join(folder, 'gate.yaml'),
    'version: 2\nname: delays\nlatency: { maximumRatio: 1.05, measure: { processes: 4 } }\n',
  );
  /** @type {StdioOptions} */
  const stdio = ['ignore', 'pipe', 'pipe'];
  const options = { cwd: folder, encoding: /** @type {const} */ ('utf8'), stdio };
  execFileSync(process.execPath, [CLI, 'run', 'run.yaml', '--no-time', '--out', 'out'], options);
  printMachine();
  const rows = [['candidate', 'verdict', 'status', 'rounds', 'measured again']];
  const evidence = [];
  /** @type {Record<string, number | null>} */
  const statuses = {};
  for (const candidate of ['same', 'slower']) {
    const argv = [
      'check',
      '--baseline',
      'out',
      '--candidate',
      'out',
      '--gate',
      'gate.yaml',
      '--remeasure',
      '--json',
    ];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...argv, '--model-a', 'before', '--model-b', candidate],
      options,
    );
    if (stdout === '') throw new Error(`the check of ${candidate} ended with ${status}: ${stderr}`);
    /** @type {{ verdict: string, pairs: PairVerdict[], comparison: Comparison }} */
    const { verdict: said, pairs, comparison } = JSON.parse(stdout);
    const { latency } = comparison.pairs[0];
    if (latency.kind !== 'remeasured') throw new Error(`${candidate} was not measured again`);
    const { rounds } = latency;
    const again = rounds.reduce((sum, { repeated }) => sum + repeated, 0);
    rows.push([candidate, said, String(status), String(rounds.length), String(again)]);
    evidence.push(`${candidate}: ${pairs[0].checks[0].evidence}`);
    statuses[candidate] = status;
  }
  printTable(rows);
  for (const line of evidence) console.log(`  ${line}`);
  const sealed = Object.values(statuses).every((status) => status !== 2);
  const isRight = statuses.same === 0 && statuses.slower === 1;
  if (sealed && !isRight) process.exitCode = 1;
  console.log(
    `equal passes and +10 % fails: ${sealed ? verdict(isRight) : 'not decided: a round was not sealed or too noisy'}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
