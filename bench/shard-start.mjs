// What a shard's work takes where its plan has 100 samples, and where it has a million in 10,000 shards: the same 100 samples, by the
// same command. Bar: 2 s more at most (docs/scale.md).
//
//   node bench/shard-start.mjs [--shards 10000] [--rounds 3]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withSum } from '../dist/core/line-sum.js';
import { planDocument, readPlan, writePlan } from '../dist/store/plan-folder/plan-document.js';
import { planFolder } from '../dist/store/plan-folder/plan-folder.js';
import { readShardLine } from '../dist/store/plan-folder/shard-lists.js';
import { printMachine, printTable } from './support/print.mjs';
import { writeSlowModel, writeSmallPairs } from './support/tiny-run.mjs';

const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const SAMPLES = 100;
const BAR_MS = 2000;

const { values } = parseArgs({
  options: { shards: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '3' } },
});
const shards = Number(values.shards);
const rounds = Number(values.rounds);

const folder = mkdtempSync(join(tmpdir(), 'maskbench-shard-start-'));
try {
  printMachine();
  await writeSmallPairs(join(folder, 'data'), SAMPLES);
  writeSlowModel(folder, 'first', { layers: 2 });
  const dataset = `{ name: small, layout: paired-folders, root: '\${CONFIG_DIR}/data', images: { path: im }, truths: { path: gt } }`;
  writeFileSync(join(folder, 'run.yaml'), `name: start\nmodels: [./first.yaml]\ndatasets: [${dataset}]\n`);
  maskbench('plan', 'run.yaml', '--shards', '1', '--out', 'small');
  await enlarge(join(folder, 'small'), join(folder, 'large'));
  /** @type {Record<'small' | 'large', number[]>} */
  const ms = { small: [], large: [] };
  for (let round = 0; round < rounds; round++) {
    ms.small.push(maskbench('work', 'small', '--shard', '1', '--again'));
    ms.large.push(maskbench('work', 'large', '--shard', String(shards), '--again'));
  }
  const median = (/** @type {number[]} */ of) => of.sort((a, b) => a - b)[Math.floor(of.length / 2)];
  const [small, large] = [median(ms.small), median(ms.large)];
  printTable([
    ['plan', 'samples', 'shards', 'work on 100 of them, ms'],
    ['small', SAMPLES, 1, Math.round(small)],
    ['large', SAMPLES * shards, shards, Math.round(large)],
  ]);
  console.log(`\n${Math.round(large - small)} ms more; at most ${BAR_MS}`);
  if (!(large - small <= BAR_MS)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The same samples in every one of many shards: another plan, of which the worker sees one shard as before.
 *
 * @param {string} from
 * @param {string} to
 */
async function enlarge(from, to) {
  cpSync(from, to, { recursive: true });
  const [before, after] = [planFolder(from), planFolder(to)];
  const {
    root: _root,
    createdAt: _at,
    maskbenchVersion: _by,
    schemaVersion: _version,
    ...plan
  } = await readPlan(before);
  const line = await readShardLine(before, plan, 1);
  const text = Array.from(
    { length: shards },
    (_none, i) => `${withSum(JSON.stringify({ ...line, shard: i + 1 }))}\n`,
  ).join('');
  for (let shard = 2; shard <= shards; shard++) linkSync(after.shard(1), after.shard(shard));
  writeFileSync(after.index, text);
  const datasets = plan.settings.datasets.map((of) => ({ ...of, samples: of.samples * shards }));
  const sha256 = createHash('sha256').update(text).digest('hex');
  await writePlan(
    after,
    planDocument({ ...plan, settings: { ...plan.settings, datasets }, shards: { count: shards, sha256 } }),
  );
}

/** @param {readonly string[]} argv */
function maskbench(...argv) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...argv], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`maskbench ${argv.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}
