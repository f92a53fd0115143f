import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proveProvider } from '../../../dist/runners/proof/prove-provider.js';
import { judgeSeal } from '../../../dist/runners/seal/judge.js';
import { printTable, verdict } from '../print.mjs';
import { writeCpuOnlyModel } from './cpu-only-model.mjs';
import { IMAGES, loadMessage, NEVER } from './models.mjs';
import { failedParts, sealedParts } from './seal-run.mjs';

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

/** A machine whose clock source is another one every half second. */
function changingClock() {
  const sys = mkdtempSync(join(tmpdir(), 'maskbench-sys-'));
  const folder = join(sys, 'devices/system/clocksource/clocksource0');
  mkdirSync(folder, { recursive: true });
  let turn = 0;
  const write = () =>
    writeFileSync(join(folder, 'current_clocksource'), turn++ % 2 === 0 ? 'tsc\n' : 'hpet\n');
  write();
  const timer = setInterval(write, 500);
  return {
    files: { proc: '/proc', sys },
    stop: () => {
      clearInterval(timer);
      rmSync(sys, { recursive: true, force: true });
    },
  };
}

async function clockParts() {
  const { files, stop } = changingClock();
  try {
    return await sealedParts({ files });
  } finally {
    stop();
  }
}

/** WebGPU asked for, and a network that only the CPU can run. */
async function fallbackParts() {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-fallback-'));
  try {
    const load = await loadMessage('contrast-baseline', { device: 'webgpu', threads: 1 });
    const own = { ...load, paths: { model: writeCpuOnlyModel(folder) } };
    const proof = await proveProvider({ load: own, image: null, allowFallback: true, signal: NEVER });
    const parts = await sealedParts({ time: 'profile: quick, threads: 1' });
    // Only this part is about the provider: the others are those of a quick pass.
    const none = {
      foreignCpu: 0,
      steal: 0,
      clockSources: [],
      clockStepMs: 0,
      durationMs: 1,
      thermalEvents: null,
      limitedMs: null,
    };
    const warmUp = { inferenceMs: [], totalMs: 0, settled: null };
    const judged = judgeSeal({
      proof,
      neighbours: [],
      warmUp,
      passes: [],
      samples: 0,
      samplesNeeded: 1,
      tolerance: 0.1,
      before: null,
      during: none,
      gpuThrottling: null,
    });
    return [
      ...judged.filter(({ name }) => name === 'provider'),
      ...parts.filter(({ name }) => name !== 'provider'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bar: each violation is caught by the part that is named after it. */
export async function planted() {
  const cases = [
    ['a busy loop on another core', 'idle', () => sealedParts({ during: busyLoop })],
    ['a decoding loop on another core', 'idle', () => sealedParts({ during: decodeLoop })],
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
    ['a fallback to the CPU (webgpu asked for)', 'provider', fallbackParts],
  ];
  const rows = [['planted', 'must fail', 'failed', 'found']];
  let holds = true;
  for (const [what, part, measure] of cases) {
    const parts = await measure().catch((error) => [
      { name: part, pass: null, found: `cannot be planted here: ${error.message}` },
    ]);
    const failed = failedParts(parts).filter((name) => parts.find((own) => own.name === name).pass !== null);
    const found = parts.find(({ name }) => name === part);
    if (found.pass !== null) holds &&= failed.includes(part);
    rows.push([what, part, failed.join(' ') || '-', found.found]);
  }
  printTable(rows);
  console.log(`  every planted violation caught by its part: ${verdict(holds)}`);
  return holds;
}

/** Bar: an undisturbed run is sealed at least 8 times in 10; of the others the reasons are printed. */
export async function undisturbed({ runs }) {
  let sealed = 0;
  for (let i = 1; i <= runs; i++) {
    const parts = await sealedParts();
    const failed = parts.filter(({ pass }) => !pass);
    if (failed.length === 0) sealed++;
    console.log(
      `  run ${i}: ${failed.length === 0 ? 'sealed' : failed.map(({ name, found }) => `not ${name} (${found})`).join('; ')}`,
    );
  }
  const holds = sealed >= 0.8 * runs;
  console.log(`  ${sealed} of ${runs} undisturbed runs sealed: ${verdict(holds)}`);
  return holds;
}
