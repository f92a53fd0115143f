// Proves two devices that need no card, whole and as a user does: the processor with the quick start's models, and WebGPU in software
// (SwiftShader) with two networks that it can compute. Fails where a check is missing, where one fails for another reason
// than that the machine is busy, or where ten minutes are over. Needs the npm registry or the weights in the cache.
//
//   node scripts/try-gpu-prove.mjs        (`.ci/long gpu-prove`)
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { slowGraph } from '../bench/support/slow-model.mjs';
import { ROOT } from './support/as-user.mjs';
import { encodeOnnx } from './support/onnx-encode.mjs';
import { countSteps } from './support/steps.mjs';

const MAIN = join(ROOT, 'dist/cli/main.js');
const MOST_S = 600;
/** What others on this machine make fail. */
const BUSY = ['neighbours', 'throttling', 'seal', 'times', 'same-twice'];
const CHECKS = 18;
const DRIVERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map((folder) =>
  join(folder, 'vk_swiftshader_icd.json'),
);

const { expect, end } = countSteps();
const temp = mkdtempSync(join(tmpdir(), 'maskbench-try-prove-'));

/**
 * @param {string} device
 * @param {readonly string[]} flags
 * @param {Readonly<Record<string, string>>} env
 */
function prove(device, flags, env = {}) {
  const out = join(temp, device);
  const [load = 0] = loadavg();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, 'gpu', 'prove', '--device', device, '--out', out, ...flags],
    { cwd: temp, env: { ...process.env, ...env }, encoding: 'utf8' },
  );
  console.log(`load ${load.toFixed(1)} before; status ${status}\n${stdout}`);
  expect(status === 0 || status === 1, `${device}: ends with 0 or 1`, stderr);
  const path = join(out, 'gpu-proof.json');
  if (!existsSync(path)) return expect(false, `${device}: writes gpu-proof.json`, stderr);
  /** @type {import('../dist/schema/gpu-proof.js').GpuProof} */
  const proof = JSON.parse(readFileSync(path, 'utf8'));
  expect(proof.checks.length === CHECKS, `${device}: all checks are there`, String(proof.checks.length));
  const leftOut = proof.checks.filter(({ found }) => found.startsWith('without '));
  expect(leftOut.length === 0, `${device}: nothing was left out`, JSON.stringify(leftOut));
  const failed = proof.checks.filter(({ name, state }) => state === 'fail' && !BUSY.includes(name));
  expect(
    failed.length === 0,
    `${device}: what fails, fails because others compute here`,
    JSON.stringify(failed),
  );
  expect(
    proof.seconds <= MOST_S,
    `${device}: ${proof.seconds} s, at most ${MOST_S}`,
    `load ${load.toFixed(1)}`,
  );
}

prove('cpu', []);

const driver = DRIVERS.find((path) => existsSync(path));
if (driver === undefined) console.log(`skipped: WebGPU, for which there is none of ${DRIVERS.join(', ')}`);
else {
  const side = 64;
  writeFileSync(join(temp, 'convolutions.onnx'), encodeOnnx({ graph: slowGraph(8, 16, side) }));
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
