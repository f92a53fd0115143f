import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable, verdict } from '../print.mjs';
import { writeCpuOnlyModel } from './cpu-only-model.mjs';
import { IMAGES } from './models.mjs';
import { failedParts, partsDisturbedWhenWarm, sealedParts } from './seal-run.mjs';
import { untilIdle } from './until-idle.mjs';

/** @import { SealPart, SealPartName } from '../../../dist/schema/seal.js' */

/** A process that computes for nothing on one core. */
function busyLoop() {
  const child = spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' });
  return () => child.kill('SIGKILL');
}

/** A process that decodes one picture again and again, as a server beside would. */
function decodeLoop() {
  const child = fork(join(import.meta.dirname, 'decode-forever.mjs'), [IMAGES[0].path]);
  return () => child.kill('SIGKILL');
}

/**
 * For its first three quarters of a second the process is halted half of the time.
 *
 * @param {number} pid
 */
function slowAtFirst(pid) {
  const end = performance.now() + 750;
  const timer = setInterval(() => {
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), 20);
    if (performance.now() > end) clearInterval(timer);
  }, 40);
}

/** A machine whose clock source is another one every half second. */
async function clockParts() {
  const sys = mkdtempSync(join(tmpdir(), 'maskbench-sys-'));
  const folder = join(sys, 'devices/system/clocksource/clocksource0');
  mkdirSync(folder, { recursive: true });
  let turn = 0;
  const write = () =>
    writeFileSync(join(folder, 'current_clocksource'), turn++ % 2 === 0 ? 'tsc\n' : 'hpet\n');
  write();
  const timer = setInterval(write, 500);
  try {
    return await sealedParts({ files: { proc: '/proc', sys } });
  } finally {
    clearInterval(timer);
    rmSync(sys, { recursive: true, force: true });
  }
}

/** WebGPU asked for, fallback allowed, and a network that only the CPU can run. */
const fallback = {
  model: './cpu-only.yaml',
  extra: 'device: webgpu\nallowFallback: true\n',
  prepare(/** @type {string} */ folder) {
    writeCpuOnlyModel(folder);
    writeFileSync(
      join(folder, 'cpu-only.yaml'),
      'name: cpu-only\nfiles: file:cpu-only.onnx\ninput: { width: 160, height: 160 }\noutput: { select: map }\n',
    );
  },
};

/**
 * Each violation, and the part that is named after it.
 *
 * @type {[what: string, part: SealPartName, measure: () => Promise<readonly SealPart[]>][]}
 */
const PLANTED = [
  ['a busy loop on another core', 'idle', () => sealedParts({ during: busyLoop })],
  ['a decoding loop on another core', 'idle', () => sealedParts({ during: decodeLoop })],
  ['a slow first run', 'warmed', () => partsDisturbedWhenWarm(slowAtFirst)],
  [
    'no warm-up to speak of',
    'warmed',
    () => sealedParts({ time: 'profile: quick, threads: 1, percentile: p90' }),
  ],
  [
    'too short a run',
    'samples',
    () => sealedParts({ time: 'profile: standard, threads: 1, images: 4, rounds: 2' }),
  ],
  ['a clock source that changes', 'clock', clockParts],
  ['a fallback to the CPU', 'provider', () => sealedParts(fallback)],
];

/** Bar: each violation is caught by the part that is named after it. */
export async function planted() {
  const rows = [['planted', 'must fail', 'failed', 'found']];
  let holds = true;
  for (const [what, part, measure] of PLANTED) {
    try {
      await untilIdle();
      const parts = await measure();
      const failed = failedParts(parts);
      holds &&= failed.includes(part);
      rows.push([what, part, failed.join(' ') || '-', parts.find(({ name }) => name === part)?.found ?? '-']);
    } catch (error) {
      if (part !== 'provider') throw error;
      const why = error instanceof Error ? error.message : String(error);
      rows.push([what, part, 'skipped', `cannot be planted here: ${why}`]);
    }
  }
  printTable(rows);
  console.log(`  every planted violation caught by its part: ${verdict(holds)}`);
  return holds;
}
