// A plan worked on by a real Slurm of one node and two made-up cards: 8 shards, of which one is preempted, one killed -9 and one
// poisoned (a picture that cannot be decoded); what is merged must be an undisturbed run, cell for cell.
//
//   node scripts/try-slurm.mjs [--samples 48] [--layers 1200]
//
// Needs root on Linux with Debian's slurm-wlm and munge; elsewhere it says that it is skipped, and ends with 0.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  existsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { differences, outcomeOf } from '../bench/support/kill-run.mjs';
import { writeSlowModel, writeSmallPairs } from '../bench/support/tiny-run.mjs';

/** @import { PlanStatus } from '../src/schema/plan-status.js' */

const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const SLURM = join(import.meta.dirname, 'support/slurm-one-node.sh');
const SHARDS = 8;
const PATIENCE_MS = 400_000;

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '48' }, layers: { type: 'string', default: '1200' } },
});

const reason = whyNot();
if (reason !== undefined) console.log(`skipped: ${reason}`);
else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-slurm-'));
  const engine = join(folder, 'slurm');
  try {
    // Another port for every process: two trees may be tested at once.
    const port = String(17_000 + 2 * (process.pid % 10_000));
    execFileSync(SLURM, ['up', engine, port], { stdio: ['ignore', 'inherit', 'inherit'] });
    process.env['SLURM_CONF'] = join(engine, 'slurm.conf');
    await main(folder);
  } finally {
    spawnSync('scancel', ['--user', 'root']);
    await sleep(500);
    spawnSync(SLURM, ['down', engine]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}

/** @returns {string | undefined} */
function whyNot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'a Slurm of its own needs root on Linux';
  for (const command of ['sbatch', 'slurmctld', 'slurmd', 'munged'])
    if (spawnSync('which', [command]).status !== 0)
      return `there is no ${command}: apt-get install slurm-wlm munge`;
  return undefined;
}

/** @param {string} folder */
async function main(folder) {
  await writeWorkspace(folder);
  const start = performance.now();
  const say = (/** @type {string} */ text) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  const undisturbed = maskbench(folder, 'run', 'run.yaml', '--no-time', '--out', 'undisturbed');
  const expected = await outcomeOf(join(folder, 'undisturbed'));
  say(`undisturbed run: exit status ${undisturbed.status}, cells ${expected['cells']}`);
  assert(undisturbed.status === 3, 'the poisoned picture fails its cells in any run');

  maskbench(folder, 'plan', 'run.yaml', '--shards', String(SHARDS), '--out', 'plan');
  // A card per shard: two at a time. The data and the model are taken from the plan.
  const submit = ['submit', 'slurm', 'plan', '--go', '--out', 'merged'];
  say(maskbench(folder, ...submit, '--', '--gres=gpu:1', '--partition=low').out.trim());

  await until('two shards predict', () => atWork(folder).length >= 2);
  say(
    `at work: shards ${atWork(folder)
      .map(({ shard }) => shard)
      .join(' and ')}`,
  );
  const [victim] = atWork(folder);
  process.kill(victim.pid, 'SIGKILL');
  say(`killed -9: shard ${victim.shard}, process ${victim.pid}`);

  await until(
    'two shards predict',
    () => atWork(folder).filter(({ shard }) => shard !== victim.shard).length >= 2,
  );
  const preempted = atWork(folder).map(({ shard }) => shard);
  const high = slurm(
    'sbatch',
    '--parsable',
    '--partition=high',
    '--gres=gpu:2',
    '--output=/dev/null',
    '--wrap',
    'sleep 3',
  );
  await until('they are preempted', () => restarted().length >= 1);
  say(
    `preempted by job ${high}: tasks ${restarted().join(', ')}, of the shards at work ${preempted.join(' and ')}`,
  );

  await until('the first submission ends', () => {
    // A task that was put back waits for two minutes by itself.
    for (const task of restarted()) spawnSync('scontrol', ['update', `JobId=${task}`, 'StartTime=now']);
    return queue().length === 0;
  });
  /** @type {PlanStatus} */
  const status = JSON.parse(maskbench(folder, 'status', 'plan', '--json').out);
  say(
    `status: ${status.published.shards} published, failed ${JSON.stringify(status.failed)}, again --array=${status.array}`,
  );
  assert(status.array === String(victim.shard), `shard ${victim.shard} alone is to be handed out again`);
  assert(
    status.published.shards === SHARDS - 1,
    'all others are published, the preempted and the poisoned too',
  );
  assert(
    !existsSync(join(folder, 'merged', 'manifest.json')),
    'a plan of which a shard is missing is not merged',
  );

  say(maskbench(folder, ...submit, '--', '--gres=gpu:1', '--partition=low').out.trim());
  await until('the second submission ends', () => queue().length === 0);
  const log = readdirSync(join(folder, 'plan', 'logs')).filter((name) => name.includes('-merge-'));
  assert(existsSync(join(folder, 'merged', 'seal.json')), `merged and sealed (${log.join(', ')})`);
  const differ = differences(expected, await outcomeOf(join(folder, 'merged')));
  assert(
    differ.length === 0,
    `equal to the undisturbed run, cell for cell${differ.length === 0 ? '' : `: ${differ.join(', ')}`}`,
  );
  const reused = published(folder).reduce((sum, { reused: cells }) => sum + cells, 0);
  const attempts = readdirSync(join(folder, 'plan', 'attempts')).flatMap((shard) =>
    readdirSync(join(folder, 'plan', 'attempts', shard)).filter((name) => !name.includes('.')),
  );
  say(
    `${attempts.length} attempts at ${SHARDS} shards; ${reused} cells were taken over from those that had ended`,
  );
  assert(attempts.length > SHARDS && reused > 0, 'what was done before the kill was not done again');
  assert(maskbench(folder, 'verify', 'merged').status === 0, 'verify finds it whole');
  say('done');
}

/** @param {string} folder */
async function writeWorkspace(folder) {
  await writeSmallPairs(join(folder, 'data'), Number(values.samples));
  const poisoned = join(folder, 'data', 'im', '005.jpg');
  truncateSync(poisoned, Math.floor(statSync(poisoned).size * 0.7));
  writeSlowModel(folder, 'first', { layers: Number(values.layers) });
  writeSlowModel(folder, 'second', { layers: Math.ceil(Number(values.layers) / 2) });
  const dataset = `{ name: small, layout: paired-folders, root: '\${CONFIG_DIR}/data', images: { path: im }, truths: { path: gt } }`;
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: slurm
models: [./first.yaml, ./second.yaml]
datasets: [${dataset}]
accuracy: { processes: 1, threads: 1 }
`,
  );
}

/**
 * @param {string} cwd
 * @param {readonly string[]} argv
 */
function maskbench(cwd, ...argv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...argv], { cwd, encoding: 'utf8' });
  if (status !== 0 && status !== 3)
    console.error(`maskbench ${argv.join(' ')} ended with ${status}:\n${stderr}`);
  return { status, out: stdout };
}

/** @param {readonly string[]} command */
function slurm(...command) {
  return execFileSync(command[0], command.slice(1), { encoding: 'utf8' }).trim();
}

/** @returns {readonly string[]} */
function queue() {
  return slurm('squeue', '-h', '-o', '%i').split('\n').filter(Boolean);
}

/** Tasks that were put back, by the numbers that Slurm gives them. */
function restarted() {
  return slurm('squeue', '-h', '-r', '-O', 'JobArrayID:30,RestartCnt:10')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([id, count]) => (Number(count) > 0 ? [id] : []));
}

/**
 * Attempts that have predicted something and hold their folder, by their locks.
 *
 * @param {string} folder
 * @returns {readonly { readonly shard: number, readonly pid: number }[]}
 */
function atWork(folder) {
  const at = join(folder, 'plan', 'attempts');
  if (!existsSync(at)) return [];
  return readdirSync(at).flatMap((shard) =>
    readdirSync(join(at, shard)).flatMap((name) => {
      const [lock, lines] = ['.lock', 'predictions.jsonl'].map((file) => join(at, shard, name, file));
      try {
        if (statSync(lines).size === 0) return [];
        const { pid } = JSON.parse(readFileSync(lock, 'utf8'));
        process.kill(pid, 0);
        return [{ shard: Number(shard), pid: Number(pid) }];
      } catch {
        return [];
      }
    }),
  );
}

/**
 * @param {string} folder
 * @returns {readonly { readonly shard: number, readonly reused: number }[]}
 */
function published(folder) {
  const at = join(folder, 'plan', 'published');
  return readdirSync(at).map((name) => JSON.parse(readFileSync(join(at, name), 'utf8')));
}

/**
 * @param {string} what
 * @param {() => boolean} condition
 */
async function until(what, condition) {
  const start = performance.now();
  while (!condition()) {
    if (performance.now() - start > PATIENCE_MS)
      throw new Error(`waited in vain until ${what}:\n${slurm('squeue')}`);
    await sleep(200);
  }
}

/**
 * @param {boolean} condition
 * @param {string} what
 */
function assert(condition, what) {
  console.log(`${condition ? 'ok' : 'NOT OK'}: ${what}`);
  if (!condition) process.exitCode = 1;
}
