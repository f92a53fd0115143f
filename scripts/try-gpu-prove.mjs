// Proves two devices that need no card, whole and as a user does: the processor with the quick start's models, and WebGPU in software
// (SwiftShader) with two networks that it can compute. Fails where a check is missing, where one fails, or where ten minutes
// are over. What others make fail who compute meanwhile is only noted, if they are really there: that is measured here, by the
// processor time of this machine that was not the proof's. Needs the npm registry or the weights in the cache.
//
//   node scripts/try-gpu-prove.mjs [cpu | webgpu]        (`.ci/long gpu-prove`)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { slowGraph } from '../bench/support/slow-model.mjs';
import { ROOT } from './support/as-user.mjs';
import { encodeOnnx } from './support/onnx-encode.mjs';
import { countSteps } from './support/steps.mjs';

const MAIN = join(ROOT, 'dist/cli/main.js');
const MOST_S = 600;
/** What others on this machine make fail, if they take so much of its processors' time. */
const OF_OTHERS = ['neighbours', 'throttling', 'seal', 'times', 'same-twice'];
const OTHERS = 0.05;
const CHECKS = 18;
const DRIVERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map((folder) =>
  join(folder, 'vk_swiftshader_icd.json'),
);

const { expect, end } = countSteps();
const temp = mkdtempSync(join(tmpdir(), 'maskbench-try-prove-'));

/** Seconds of processor time: of the whole machine, what a hypervisor took of it included, and of the children of this process. */
function processorTime() {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/ +/).map(Number) ?? [];
  const own = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? [];
  const [children = 0, theirSystem = 0] = own.slice(13, 15);
  return { all: (user + nice + system + irq + softirq + steal) / 100, own: (children + theirSystem) / 100 };
}

/**
 * @param {string} device
 * @param {readonly string[]} flags
 * @param {Readonly<Record<string, string>>} env
 */
function prove(device, flags, env = {}) {
  const out = join(temp, device);
  const [before, start] = [processorTime(), performance.now()];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'gpu', 'prove', '--device', device, '--out', out, ...flags],
    { cwd: temp, env: { ...process.env, ...env }, encoding: 'utf8' },
  );
  const [after, cores] = [processorTime(), availableParallelism()];
  const seconds = (performance.now() - start) / 1000;
  const own = after.own - before.own;
  const others = Math.max(0, after.all - before.all - own) / (seconds * cores);
  console.log(
    `status ${status}; ${own.toFixed(0)} s of processor time in ${seconds.toFixed(0)} s; others took ${(100 * others).toFixed(0)} %\n${stdout}`,
  );
  expect(status === 0 || status === 1, `${device}: ends with 0 or 1`, stderr);
  const path = join(out, 'gpu-proof.json');
  if (!existsSync(path)) return expect(false, `${device}: writes gpu-proof.json`, stderr);
  /** @type {import('../dist/schema/gpu-proof.js').GpuProof} */
  const proof = JSON.parse(readFileSync(path, 'utf8'));
  expect(proof.checks.length === CHECKS, `${device}: all checks are there`, String(proof.checks.length));
  const leftOut = proof.checks.filter(({ found }) => found.startsWith('without '));
  expect(leftOut.length === 0, `${device}: nothing was left out`, JSON.stringify(leftOut));
  const isBusy = others > OTHERS;
  const fails = proof.checks.filter(({ state }) => state === 'fail');
  const noted = isBusy ? fails.filter(({ name }) => OF_OTHERS.includes(name)) : [];
  for (const { name, found } of noted) console.log(`note ${device}: ${name}, as others computed: ${found}`);
  const failed = fails.filter((one) => !noted.includes(one));
  expect(failed.length === 0, `${device}: no check fails`, JSON.stringify(failed));
  // Of a busy machine only that it cannot have taken less says anything.
  const took = isBusy ? own / cores : proof.seconds;
  expect(took <= MOST_S, `${device}: ${took.toFixed(0)} s, at most ${MOST_S}`, `others: ${others}`);
}

const [, , only = 'both'] = process.argv;
if (only !== 'webgpu') prove('cpu', []);

const driver = DRIVERS.find((path) => existsSync(path));
if (only === 'cpu') console.log('left out: WebGPU');
else if (driver === undefined)
  console.log(`skipped: WebGPU, for which there is none of ${DRIVERS.join(', ')}`);
else {
  const side = 64;
  writeFileSync(join(temp, 'convolutions.onnx'), encodeOnnx({ graph: slowGraph(4, 8, side) }));
  writeFileSync(
    join(temp, 'convolutions.yaml'),
    `name: convolutions\nfiles: file:convolutions.onnx\ninput: { width: ${side}, height: ${side}, divideBy: 255 }\n`,
  );
  prove('webgpu', ['--models', './convolutions.yaml,contrast-baseline'], {
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: dirname(driver),
  });
}
rmSync(temp, { recursive: true, force: true });
end();
