// What "maskbench submit kubernetes" and "submit aws-batch" print, held to Kubernetes' schemas of the last four versions and to AWS' own
// model of its service, with planted faults that must be found.
//
//   node scripts/try-kubernetes.mjs [--install]
//
// --install makes a virtual environment of Python beside other temporary files (200 MB); without one it says that it is skipped, and ends with 0.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { ENGINES } from '../dist/pipeline/distributed/submit/registry.js';

const PACKAGES = ['kubernetes-validate==1.37.0', 'botocore==1.44.8'];
const VENV = process.env['MASKBENCH_ENGINES_VENV'] ?? join(tmpdir(), 'maskbench-engines');
const PYTHON = join(VENV, 'bin', 'python');
const CHECK = join(import.meta.dirname, 'support/check-engines.py');

const { values } = parseArgs({ options: { install: { type: 'boolean', default: false } } });
if (values.install && !existsSync(PYTHON)) {
  execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
  execFileSync(PYTHON, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
}
if (existsSync(PYTHON)) main();
else
  console.log(
    'skipped: there is no kubernetes-validate; "node scripts/try-kubernetes.mjs --install" fetches it',
  );

function main() {
  const numbers = Array.from({ length: 4001 }, (_, i) => 3 * i + 1);
  const plain = {
    name: 'Photos of 2026',
    plan: '/mnt/shared/plan',
    out: '/mnt/shared/it is here',
    logs: '/mnt/shared/plan',
    shards: [1, 2, 7],
    needsCard: false,
    merge: true,
    atOnce: undefined,
    largestArray: 2000,
    options: [],
    timeOn: [],
    container: {
      image: 'registry.example/maskbench:cuda',
      volumes: [{ source: 'fs-0123abcd', path: '/mnt/shared', isReadOnly: false }],
      cpus: 4,
      memoryGib: 16,
      queue: 'yes',
      role: /** @type {string | undefined} */ (undefined),
      secret: /** @type {string | undefined} */ (undefined),
      variables: [{ name: 'TZ', value: 'yes' }],
    },
  };
  const cases = [
    plain,
    { ...plain, needsCard: true, timeOn: ['NVIDIA-H200', 'g5.xlarge'] },
    { ...plain, shards: numbers, largestArray: 1000, merge: false },
    { ...plain, shards: [7], options: ['--region=eu-west-1'] },
    {
      ...plain,
      container: {
        ...plain.container,
        volumes: [
          { source: 'fs-0123abcd/results', path: '/mnt/shared', isReadOnly: false },
          { source: 'fs-0123abcd/data', path: '/data', isReadOnly: true },
        ],
      },
    },
  ];
  /** @param {Partial<typeof plain.container>} credentials */
  const inBucket = (credentials) => ({
    ...plain,
    plan: 's3://bench/plan',
    container: {
      ...plain.container,
      variables: [{ name: 'AWS_REGION', value: 'eu-west-1' }],
      ...credentials,
    },
  });
  for (const [i, of] of [...cases, inBucket({ role: 'bench', secret: 'of-the-bucket' })].entries()) {
    const { status, said } = kubernetes(ENGINES.kubernetes.script(of));
    assert(status === 0, `manifest ${i + 1}: ${said}`);
  }
  for (const [i, of] of [...cases, inBucket({ role: 'arn:aws:iam::123456789012:role/bench' })].entries()) {
    const { status, said, requests } = aws(ENGINES['aws-batch'].script(of));
    assert(status === 0, `AWS Batch ${i + 1}: ${requests.length} requests are valid; ${said}`);
  }
  const manifest = ENGINES.kubernetes.script({
    ...cases[1],
    container: { ...plain.container, role: 'bench', secret: 'of-the-bucket' },
  });
  for (const [right, wrong] of [
    ['backoffLimitPerIndex:', 'backOffLimitPerIndex:'],
    ['onExitCodes:', 'onExitCode:'],
    ['podReplacementPolicy:', 'podReplacementpolicy:'],
    ['status: "True"', 'status: True'],
    ['topologyKey:', 'topology:'],
    ['mountPath:', 'path:'],
    ['secretRef:', 'secret:'],
    ['serviceAccountName:', 'serviceaccountName:'],
  ]) {
    const { status, said } = kubernetes(planted(manifest, right, wrong));
    assert(status !== 0, `"${wrong}" is found: ${said.slice(0, 120)}`);
  }
  const script = ENGINES['aws-batch'].script(cases[1]);
  for (const [right, wrong] of [
    ['"evaluateOnExit"', '"evaluateOnExits"'],
    ['"containerOverrides"', '"containerOverride"'],
    ['"value": "4"', '"value": 4'],
    ['"type": "multinode"', '"type": "multi-node"'],
    ['"size": 3', '"size": 1'],
    ['"jobQueue": "yes",', ''],
  ]) {
    const { status, said } = aws(planted(script, right, wrong));
    assert(status !== 0, `"${wrong}" is found: ${said.slice(0, 120)}`);
  }
}

/**
 * @param {string} text
 * @param {string} right
 * @param {string} wrong
 */
function planted(text, right, wrong) {
  if (!text.includes(right)) throw new Error(`there is no ${right} to be made wrong`);
  return text.replace(right, wrong);
}

/** @param {string} manifest */
function kubernetes(manifest) {
  const { status, stdout, stderr } = spawnSync(PYTHON, [CHECK, 'kubernetes'], {
    input: manifest,
    encoding: 'utf8',
  });
  return { status, said: oneLine(stdout + stderr) };
}

/** @param {string} script */
function aws(script) {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-aws-'));
  try {
    writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec ${PYTHON} ${CHECK} aws "$@"\n`, { mode: 0o755 });
    const requests = join(folder, 'requests');
    const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
      input: script,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
        AWS_REQUESTS: requests,
      },
    });
    const lines = existsSync(requests) ? readFileSync(requests, 'utf8').trim().split('\n') : [];
    return { status, said: oneLine(stdout + stderr), requests: lines };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} text */
function oneLine(text) {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/**
 * @param {boolean} condition
 * @param {string} what
 */
function assert(condition, what) {
  console.log(`${condition ? 'ok' : 'NOT OK'}: ${what}`);
  if (!condition) process.exitCode = 1;
}
