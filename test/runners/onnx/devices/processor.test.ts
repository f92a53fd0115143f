import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProcessor } from '../../../../src/runners/onnx/devices/processor.js';
import { useTempFolders } from '../../../support/temp-folder.js';

const tempFolder = useTempFolders();

/** A machine's /proc and /sys with these files. */
async function machine(files: Readonly<Record<string, string>>): Promise<{ proc: string; sys: string }> {
  const root = await tempFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
  return { proc: join(root, 'proc'), sys: join(root, 'sys') };
}

const core = (processor: number, socket: number, id: number, flags = 'fpu sse2'): string =>
  [
    `processor\t: ${processor}`,
    'model name\t: AMD EPYC 9V74 80-Core Processor',
    `physical id\t: ${socket}`,
    `core id\t\t: ${id}`,
    `flags\t\t: ${flags}`,
  ].join('\n');

describe('a processor', () => {
  it('is described with its cores, sockets and caches', async () => {
    const cache = 'sys/devices/system/cpu/cpu0/cache';
    const files = await machine({
      'proc/cpuinfo': [core(0, 0, 0), core(1, 0, 0), core(2, 0, 1), core(3, 1, 0)].join('\n\n'),
      [`${cache}/index0/level`]: '1',
      [`${cache}/index0/size`]: '32K',
      [`${cache}/index0/type`]: 'Data',
      [`${cache}/index2/level`]: '2',
      [`${cache}/index2/size`]: '1024K',
      [`${cache}/index2/type`]: 'Unified',
    });
    expect(describeProcessor(files)).toMatchObject({
      model: 'AMD EPYC 9V74 80-Core Processor',
      logicalCores: 4,
      physicalCores: 3,
      sockets: 2,
      caches: ['L1d 32K', 'L2 1024K'],
      virtual: false,
      limits: { cores: null, memoryBytes: null },
      governors: [],
    });
  });

  it('of a virtual machine says so', async () => {
    const files = await machine({ 'proc/cpuinfo': core(0, 0, 0, 'fpu hypervisor sse2') });
    expect(describeProcessor(files).virtual).toBe(true);
  });

  it('within a container has its limits, of either kind of control group', async () => {
    const cpuinfo = { 'proc/cpuinfo': core(0, 0, 0) };
    const second = await machine({
      ...cpuinfo,
      'proc/self/mountinfo': '35 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      'proc/self/cgroup': '0::/docker/abc',
      'sys/fs/cgroup/docker/abc/cpu.max': '150000 100000',
      'sys/fs/cgroup/docker/abc/memory.max': '1073741824',
    });
    expect(describeProcessor(second).limits).toEqual({ cores: 1.5, memoryBytes: 2 ** 30 });
    const first = await machine({
      ...cpuinfo,
      'proc/self/mountinfo': [
        '32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
        '33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      ].join('\n'),
      'proc/self/cgroup': '2:memory:/\n1:cpu:/',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(describeProcessor(first).limits).toEqual({ cores: 2, memoryBytes: null });
    const none = await machine({
      ...cpuinfo,
      'proc/self/mountinfo': '35 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      'proc/self/cgroup': '0::/',
      'sys/fs/cgroup/cpu.max': 'max 100000',
      'sys/fs/cgroup/memory.max': 'max',
    });
    expect(describeProcessor(none).limits).toEqual({ cores: null, memoryBytes: null });
  });

  it('names its governors, each once', async () => {
    const governor = (cpu: number): string => `sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`;
    const files = await machine({
      [governor(0)]: 'performance',
      [governor(1)]: 'performance',
      [governor(2)]: 'powersave',
    });
    expect(describeProcessor(files).governors).toEqual(['performance', 'powersave']);
  });

  it('is told of by Node where there is no /proc', () => {
    const nowhere = { proc: '/nowhere/proc', sys: '/nowhere/sys' };
    expect(describeProcessor(nowhere)).toMatchObject({ physicalCores: null, caches: [], virtual: null });
    expect(describeProcessor(nowhere).logicalCores).toBeGreaterThan(0);
  });
});
