// A plan in a bucket of a real server (moto), worked on with nothing shared but that: processes are killed -9 at moments of all kinds, each
// next one as on another host with an empty cache; two publish at once; a merge is killed. What is merged must be an undisturbed run, cell for
// cell, and the secret must be nowhere.
//
//   node scripts/try-s3.mjs [--install] [--kills 20] [--samples 48] [--layers 100]
//
// --install makes a virtual environment of Python with moto beside other temporary files (90 MB); without one it says that it is skipped, and ends with 0.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { differences, generator, outcomeOf } from '../bench/support/kill-run.mjs';
import { writeSlowModel, writeSmallPairs } from '../bench/support/tiny-run.mjs';
import { openBucket } from '../dist/core/objects/bucket.js';

const MOTO = 'moto[server]==5.2.5';
const VENV = process.env['MASKBENCH_MOTO_VENV'] ?? join(tmpdir(), 'maskbench-moto');
const SERVER = join(VENV, 'bin', 'moto_server');
const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const SECRET = 'wordThatNobodyMaySee';
const SHARDS = 4;
const PLAN = 's3://plans/killed';
/** All that was said. */
let output = '';

const { values } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    kills: { type: 'string', default: '20' },
    samples: { type: 'string', default: '48' },
    layers: { type: 'string', default: '100' },
  },
});
if (values.install && !existsSync(SERVER)) {
  execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
  execFileSync(join(VENV, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', MOTO], { stdio: 'inherit' });
}
if (!existsSync(SERVER))
  console.log('skipped: there is no moto; "node scripts/try-s3.mjs --install" fetches it');
else {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-s3-'));
  const port = await freePort();
  const server = spawn(SERVER, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  try {
    await makeBuckets();
    await main(folder);
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}

/** @param {string} folder */
async function main(folder) {
  const start = performance.now();
  const say = (/** @type {string} */ text) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  await writeWorkspace(folder);
  await maskbench(folder, 'undisturbed', ['run', 'run.yaml', '--no-time', '--out', 'undisturbed']);
  const expected = await outcomeOf(join(folder, 'undisturbed'));
  const plan = ['plan', 'run.yaml', '--shards', String(SHARDS), '--out', PLAN];
  assert((await maskbench(folder, 'planner', plan)).status === 0, 'planned');
  say(`undisturbed run, and a plan of ${SHARDS} shards: cells ${expected['cells']}`);

  const random = generator(19);
  const kills = Number(values.kills);
  const moments = [];
  let host = 0;
  for (let shard = 1; moments.length < kills; shard = (shard % SHARDS) + 1) {
    const work = launch(folder, `host-${++host}`, [
      'work',
      PLAN,
      '--shard',
      String(shard),
      '--save-every',
      '1',
    ]);
    const began = performance.now();
    // At any moment from the first request to the publication; every other time, of one that has just put some parts of it into the bucket.
    const isSoon =
      moments.length % 2 === 0
        ? sleep(200 + random() * 4000)
        : partAfter(await objects(), 1 + Math.floor(4 * random()));
    await Promise.race([isSoon.then(() => sleep(500 * random())), work.ended]);
    const isLate = work.child.exitCode !== null;
    work.child.kill('SIGKILL');
    await work.ended;
    if (!isLate) moments.push(Math.round(performance.now() - began));
    // All are published before there were so many: one of them is to be done once more.
    else if ((await published()).length === SHARDS)
      await openBucket('plans').remove(`killed/published/${name(shard)}.json`);
  }
  say(`${moments.length} processes killed, so many ms after their start: ${moments.join(' ')}`);
  const left = await objects();
  say(`they left ${left.filter((key) => key.endsWith('.tar')).length} parts of ${attempts(left)} attempts`);

  await openBucket('plans').remove(`killed/published/${name(1)}.json`);
  const told = launch(folder, `host-${++host}`, ['work', PLAN, '--shard', '1', '--save-every', '600']);
  await sleep(2500);
  told.child.kill('SIGTERM');
  const { status: ended } = await told.ended;
  say(`SIGTERM: an attempt ended with ${ended}`);
  assert(
    ended === 143 || ended === 0,
    'one that is told to end does so in order, and puts what it has done into the bucket',
  );

  let reused = 0;
  for (let shard = 1; shard <= SHARDS; shard++) {
    const two = await Promise.all(
      [1, 2].map(() =>
        maskbench(folder, `host-${++host}`, ['work', PLAN, '--shard', String(shard), '--json']),
      ),
    );
    /** @type {readonly { readonly kind: string, readonly attempt: string, readonly reused: number }[]} */
    const outcomes = two.map(({ out }) => JSON.parse(out));
    const kinds = outcomes.map(({ kind }) => kind);
    assert(
      two.every(({ status }) => status === 0) && kinds.filter((kind) => kind === 'published').length <= 1,
      `shard ${shard}, by two at once: ${kinds.join(' and ')}, both end with 0`,
    );
    assert(outcomes[0].attempt === outcomes[1].attempt, `shard ${shard}: both name one attempt`);
    reused += outcomes[0].reused;
  }
  say(`${reused} cells were taken over from attempts that were killed or late`);
  assert(reused > 0, 'what was done before a kill was not done again');

  const merge = ['merge', PLAN, '--out', 'merged'];
  const killed = launch(folder, 'merger', merge);
  await Promise.race([sleep(1500), killed.ended]);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const merged = await maskbench(folder, 'other-merger', merge);
  assert(merged.status === 0, 'merged, the second time: the first merge was killed');
  const differ = differences(expected, await outcomeOf(join(folder, 'merged')));
  assert(
    differ.length === 0,
    `equal to the undisturbed run, cell for cell${differ.length === 0 ? '' : `: ${differ.join(', ')}`}`,
  );
  assert((await maskbench(folder, 'merger', ['verify', 'merged'])).status === 0, 'verify finds it whole');
  assert(!readdirSync(folder).includes('.merged.fetched'), 'nothing that was fetched is left beside it');
  const before = attempts(await objects());
  const clean = await maskbench(folder, 'cleaner', ['merge', PLAN, '--out', 'merged-again', '--clean']);
  const after = attempts(await objects());
  assert(clean.status === 0 && after === SHARDS, `of ${before} attempts --clean leaves ${after}`);
  assert(
    (await maskbench(folder, 'merger', ['merge', PLAN, '--out', 'merged-clean'])).status === 0 &&
      differences(expected, await outcomeOf(join(folder, 'merged-clean'))).length === 0,
    'what is left is merged to the same, cell for cell',
  );
  assert(
    secretIn(folder) === undefined && !(await isInBucket()),
    'the secret is in no file, no object and no output',
  );
  say(`done: ${(await objects()).length} objects`);
}

/** @param {string} folder */
async function writeWorkspace(folder) {
  await writeSmallPairs(join(folder, 'data'), Number(values.samples));
  writeSlowModel(folder, 'first', { layers: Number(values.layers) });
  writeSlowModel(folder, 'second', { layers: Math.ceil(Number(values.layers) / 2) });
  const data = openBucket('data');
  for (const side of ['im', 'gt'])
    for (const file of readdirSync(join(folder, 'data', side)))
      await data.putFile(`set/${side}/${file}`, join(folder, 'data', side, file));
  rmSync(join(folder, 'data'), { recursive: true });
  writeFileSync(
    join(folder, 'run.yaml'),
    `name: s3
models: [./first.yaml, ./second.yaml]
datasets: [{ name: small, layout: paired-folders, root: 's3://data/set', images: { path: im }, truths: { path: gt } }]
accuracy: { processes: 1, threads: 1 }
`,
  );
}

/**
 * As on a host of that name: with a cache of its own.
 *
 * @param {string} cwd
 * @param {string} host
 * @param {readonly string[]} argv
 */
function launch(cwd, host, argv) {
  const env = { ...process.env, MASKBENCH_CACHE: join(cwd, 'caches', host) };
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const ended = once(child, 'close').then(() => {
    output += out + err;
    return { status: child.exitCode, out, err };
  });
  return { child, ended };
}

/**
 * @param {string} cwd
 * @param {string} host
 * @param {readonly string[]} argv
 */
async function maskbench(cwd, host, argv) {
  const result = await launch(cwd, host, argv).ended;
  if (result.status !== 0)
    console.error(`maskbench ${argv.join(' ')} ended with ${result.status}:\n${result.err}`);
  return result;
}

async function makeBuckets() {
  const client = new S3Client({ region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 });
  for (let patience = 100; ; patience--) {
    try {
      for (const Bucket of ['data', 'plans']) await client.send(new CreateBucketCommand({ Bucket }));
      return;
    } catch (error) {
      if (patience === 0) throw error;
      await sleep(200);
    }
  }
}

async function objects() {
  const keys = [];
  for await (const { key } of openBucket('plans').list('killed/')) keys.push(key);
  return keys;
}

/**
 * @param {readonly string[]} before
 * @param {number} more
 */
async function partAfter(before, more) {
  const parts = (/** @type {readonly string[]} */ keys) => keys.filter((key) => key.endsWith('.tar')).length;
  for (let turns = 0; turns < 300 && parts(await objects()) < parts(before) + more; turns++) await sleep(100);
}

function published() {
  return openBucket('plans').names('killed/published/');
}

/** @param {number} shard */
function name(shard) {
  return String(shard).padStart(4, '0');
}

/** @param {readonly string[]} keys */
function attempts(keys) {
  return new Set(keys.map((key) => /attempts\/\d+\/[0-9a-f]{16}\//.exec(key)?.[0]).filter(Boolean)).size;
}

/** @param {string} folder */
function secretIn(folder) {
  if (output.includes(SECRET)) return 'the output';
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && readFileSync(path).includes(SECRET)) return path;
  }
  return undefined;
}

async function isInBucket() {
  const bucket = openBucket('plans');
  for (const key of await objects()) if ((await bucket.get(key))?.includes(SECRET) === true) return true;
  return false;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * @param {boolean} condition
 * @param {string} what
 */
function assert(condition, what) {
  console.log(`${condition ? 'ok' : 'NOT OK'}: ${what}`);
  if (!condition) process.exitCode = 1;
}
