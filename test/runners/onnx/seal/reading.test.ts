import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  THIS_MACHINE,
  type MachineFiles,
  otherInferenceProcesses,
} from '../../../../src/runners/onnx/seal/machine-files.js';
import { startChild } from '../../../../src/runners/onnx/child-process.js';
import { readFrequency, readGovernors } from '../../../../src/runners/onnx/seal/frequency.js';
import { observeIdle } from '../../../../src/runners/onnx/seal/conditions.js';
import {
  readOwnCpuMs,
  takeSnapshot,
  readThermalEvents,
  readWaitedMs,
  parseProcStat,
  readProcessorTimes,
} from '../../../../src/runners/onnx/seal/snapshot.js';
import { CAN_LOOK_UP_PROCESSES, until } from '../../../support/processes.js';
import { useTempFolders } from '../../../support/temp-folder.js';

const tempFolder = useTempFolders();

async function machine(files: Readonly<Record<string, string>>): Promise<MachineFiles> {
  const root = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
  return { proc: join(root, 'proc'), sys: join(root, 'sys') };
}

const NOWHERE: MachineFiles = { proc: '/nowhere/proc', sys: '/nowhere/sys' };

describe("the machine's processor times", () => {
  it('are read from /proc/stat: guests are within user, waiting for disks is idle', () => {
    const text = 'cpu  100 20 30 400 50 6 7 8 90 0\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 12345';
    expect(parseProcStat(text)).toEqual({ busyMs: 1630, stealMs: 80, allMs: 6210, count: 1 });
  });

  it("are the system's own counters where there is no /proc", () => {
    const times = readProcessorTimes(NOWHERE);
    expect(times.allMs).toBeGreaterThan(times.busyMs);
    expect(times.stealMs).toBe(0);
  });
});

describe('our own processor time', () => {
  const stat = (utime: number, stime: number, cutime = 0, cstime = 0): string =>
    `77 (node (a) b) S 1 77 77 0 -1 4194304 9 0 0 0 ${utime} ${stime} ${cutime} ${cstime} 20 0 11 0 5`;

  it('is that of this process, of its ended children and of the live ones', async () => {
    const files = await machine({
      'proc/self/stat': stat(100, 50, 7, 3),
      'proc/501/stat': stat(1000, 200, 999, 999),
    });
    expect(readOwnCpuMs(files, [501, 502])).toBe((160 + 1200) * 10);
  });

  it('is null where the system does not tell', () => {
    expect(readOwnCpuMs(NOWHERE, [])).toBeNull();
  });
});

describe('throttling', () => {
  it('counts heat over all cores and packages', async () => {
    const of = (cpu: number, name: string): string =>
      `sys/devices/system/cpu/cpu${cpu}/thermal_throttle/${name}_throttle_count`;
    const files = await machine({ [of(0, 'core')]: '3', [of(0, 'package')]: '2', [of(1, 'core')]: '1' });
    expect(readThermalEvents(files)).toBe(6);
    expect(readThermalEvents(NOWHERE)).toBeNull();
  });

  it("tells how long our processes' threads waited for a processor, all of them", async () => {
    const files = await machine({
      'proc/501/task/501/schedstat': '900 2000000 7',
      'proc/501/task/502/schedstat': '900 500000 7',
      'proc/601/task/601/schedstat': '900 9000000 7',
    });
    expect(readWaitedMs(files, [501])).toBe(2.5);
    expect(readWaitedMs(NOWHERE, [501])).toBeNull();
  });

  it('tells the clock of the fastest processor, and by which governor it is chosen', async () => {
    const of = (cpu: number, name: string): string => `sys/devices/system/cpu/cpu${cpu}/cpufreq/${name}`;
    const files = await machine({
      [of(0, 'scaling_cur_freq')]: '800000',
      [of(0, 'scaling_driver')]: 'intel_pstate',
      [of(0, 'scaling_governor')]: 'powersave',
      [of(1, 'scaling_cur_freq')]: '3512000',
      [of(1, 'scaling_driver')]: 'intel_pstate',
      [of(1, 'scaling_governor')]: 'powersave',
    });
    expect(readFrequency(files)).toEqual({ fastestMhz: 3512, policies: ['intel_pstate powersave'] });
    expect(readGovernors(files)).toEqual(['powersave']);
    expect(readFrequency(NOWHERE)).toEqual({ fastestMhz: null, policies: [] });
  });
});

describe('a snapshot', () => {
  it('has the pressure and the clock source', async () => {
    const files = await machine({
      'proc/pressure/cpu':
        'some avg10=1.00 avg60=0 avg300=0 total=4500\nfull avg10=0 avg60=0 avg300=0 total=0',
      'sys/devices/system/clocksource/clocksource0/current_clocksource': 'kvm-clock',
    });
    expect(takeSnapshot(files, [])).toMatchObject({
      pressureMs: 4.5,
      clockSource: 'kvm-clock',
      ownCpuMs: null,
    });
  });

  it('of this machine can be taken', () => {
    const { processors, steadyMs } = takeSnapshot(THIS_MACHINE, []);
    expect(processors.allMs).toBeGreaterThan(0);
    expect(steadyMs).toBeGreaterThan(0);
  });
});

describe('the moment before a measurement', () => {
  it('is watched without doing anything, and can be interrupted', async () => {
    const conditions = await observeIdle(THIS_MACHINE, 30, new AbortController().signal);
    expect(conditions.durationMs).toBeGreaterThanOrEqual(25);
    expect((await observeIdle(THIS_MACHINE, 60_000, AbortSignal.abort())).durationMs).toBeLessThan(60_000);
  });
});

describe('other inference on the machine', () => {
  it
    .skipIf(!CAN_LOOK_UP_PROCESSES)
    .each(['predict-child', 'time-child', 'probe-child', 'stage-child'] as const)(
    'is found where it runs as %s (skipped where there is no /proc)',
    async (entry) => {
      const child = startChild(entry, () => undefined);
      const pid = child.pid ?? -1;
      await until('it is there', () => otherInferenceProcesses(THIS_MACHINE, []).includes(pid));
      expect(otherInferenceProcesses(THIS_MACHINE, [pid])).not.toContain(pid);
      child.stop();
      await child.exit;
    },
  );

  it('is found by its command, ours left out', async () => {
    const files = await machine({
      'proc/11/cmdline': 'node\0/opt/maskbench/dist/runners/onnx/child/predict-child.js\0',
      'proc/12/cmdline': 'node\0/opt/maskbench/dist/runners/onnx/child/time-child.js\0',
      'proc/13/cmdline': 'vim\0time-child.ts\0',
    });
    expect(otherInferenceProcesses(files, [12])).toEqual([11]);
    expect(otherInferenceProcesses(files, [])).toEqual([11, 12]);
    expect(otherInferenceProcesses(NOWHERE, [])).toEqual([]);
  });

  it('is none while it is halted: it computes nothing', async () => {
    const cmdline = 'node\0/opt/maskbench/dist/runners/onnx/child/predict-child.js\0';
    const files = await machine({
      'proc/21/cmdline': cmdline,
      'proc/21/stat': '21 (node R) T 1 21 21 0 -1',
      'proc/22/cmdline': cmdline,
      'proc/22/stat': '22 (node T) R 1 22 22 0 -1',
    });
    expect(otherInferenceProcesses(files, [])).toEqual([22]);
  });
});
