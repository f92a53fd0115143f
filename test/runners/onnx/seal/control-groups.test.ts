import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MachineFiles } from '../../../../src/runners/onnx/seal/machine-files.js';
import { readMemoryLimit, readProcessorLimits } from '../../../../src/runners/onnx/seal/control-groups.js';
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

const SECOND = '35 31 0:38 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const FIRST = [
  '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755',
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:33 / /sys/fs/cgroup/memory rw shared:13 - cgroup cgroup rw,memory',
  '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
].join('\n');

describe('the control groups of version 2', () => {
  it('count with all that are above them: a pod holds its containers back', async () => {
    const files = await machine({
      'proc/self/mountinfo': SECOND,
      'proc/self/cgroup': '0::/kubepods/pod1/own',
      'sys/fs/cgroup/kubepods/pod1/own/cpu.max': 'max 100000',
      'sys/fs/cgroup/kubepods/pod1/own/cpu.stat': 'usage_usec 9\nnr_throttled 0\nthrottled_usec 0',
      'sys/fs/cgroup/kubepods/pod1/cpu.max': '150000 100000',
      'sys/fs/cgroup/kubepods/pod1/cpu.stat': 'usage_usec 9\nnr_throttled 7\nthrottled_usec 812500',
      'sys/fs/cgroup/kubepods/pod1/memory.max': '1073741824',
      'sys/fs/cgroup/cpu.stat': 'usage_usec 99',
    });
    expect(readProcessorLimits(files)).toEqual({
      groups: [
        { group: '/sys/fs/cgroup/kubepods/pod1/own', cores: null, heldMs: 0 },
        { group: '/sys/fs/cgroup/kubepods/pod1', cores: 1.5, heldMs: 812.5 },
        { group: '/sys/fs/cgroup/kubepods', cores: null, heldMs: null },
        { group: '/sys/fs/cgroup', cores: null, heldMs: null },
      ],
      known: 'all',
    });
    expect(readMemoryLimit(files)).toBe(2 ** 30);
  });

  it('are hidden above the one that a container sees as its root', async () => {
    const own = await machine({
      'proc/self/mountinfo': SECOND,
      'proc/self/cgroup': '0::/',
      'sys/fs/cgroup/cgroup.events': 'populated 1',
      'sys/fs/cgroup/cpu.max': '50000 100000',
      'sys/fs/cgroup/cpu.stat': 'throttled_usec 2500',
    });
    expect(readProcessorLimits(own)).toEqual({
      groups: [{ group: '/sys/fs/cgroup', cores: 0.5, heldMs: 2.5 }],
      known: 'hidden',
    });
    const outside = await machine({
      'proc/self/mountinfo': SECOND,
      'proc/self/cgroup': '0::/../other',
      'sys/fs/cgroup/cgroup.events': 'populated 1',
    });
    expect(readProcessorLimits(outside)).toMatchObject({
      groups: [{ group: '/sys/fs/cgroup' }],
      known: 'hidden',
    });
  });
});

describe('the control groups of version 1', () => {
  const stat = (ms: number): string => `nr_periods 1755\nnr_throttled 1052\nthrottled_time ${ms * 1e6}`;

  it('are those of this process, each controller in a hierarchy of its own', async () => {
    const cpu = 'sys/fs/cgroup/cpu,cpuacct';
    const files = await machine({
      'proc/self/mountinfo': FIRST,
      'proc/self/cgroup': '9:memory:/lxc/m\n3:cpu,cpuacct:/lxc/own\n0::/',
      [`${cpu}/lxc/own/cpu.stat`]: stat(3),
      [`${cpu}/lxc/own/cpu.cfs_quota_us`]: '-1',
      [`${cpu}/lxc/cpu.stat`]: stat(400),
      [`${cpu}/lxc/cpu.cfs_quota_us`]: '20000',
      [`${cpu}/lxc/cpu.cfs_period_us`]: '10000',
      [`${cpu}/cpu.stat`]: stat(0),
      [`${cpu}/release_agent`]: '',
      'sys/fs/cgroup/memory/lxc/m/memory.limit_in_bytes': '2147483648',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(readProcessorLimits(files)).toEqual({
      groups: [
        { group: `/${cpu}/lxc/own`, cores: null, heldMs: 3 },
        { group: `/${cpu}/lxc`, cores: 2, heldMs: 400 },
        { group: `/${cpu}`, cores: null, heldMs: 0 },
      ],
      known: 'all',
    });
    expect(readMemoryLimit(files)).toBe(2 ** 31);
  });

  it('may be mounted from the one of a container on', async () => {
    const files = await machine({
      'proc/self/mountinfo': '32 31 0:29 /docker/abc /sys/fs/cgroup/with\\040space ro - cgroup cgroup rw,cpu',
      'proc/self/cgroup': '1:cpu:/docker/abc/inner',
      'sys/fs/cgroup/with space/inner/cpu.stat': stat(1),
      'sys/fs/cgroup/with space/cpu.stat': stat(2),
    });
    expect(readProcessorLimits(files)).toEqual({
      groups: [
        { group: '/sys/fs/cgroup/with space/inner', cores: null, heldMs: 1 },
        { group: '/sys/fs/cgroup/with space', cores: null, heldMs: 2 },
      ],
      known: 'hidden',
    });
  });
});

describe('a machine without control groups', () => {
  it('tells nothing of limits', async () => {
    const nowhere = { proc: '/nowhere/proc', sys: '/nowhere/sys' };
    expect(readProcessorLimits(nowhere)).toEqual({ groups: [], known: 'untold' });
    expect(readMemoryLimit(nowhere)).toBeNull();
  });
});

/** Where groups that limit processor time can be made here, and of which version; undefined if nowhere. */
const ROOT = (() => {
  const [top] = readProcessorLimits({ proc: '/proc', sys: '/sys' }).groups.slice(-1);
  if (top === undefined) return undefined;
  const trial = join(top.group, `maskbench-trial-${process.pid}`);
  try {
    mkdirSync(trial);
    const isFirst = readsQuota(trial, 'cpu.cfs_quota_us');
    const isSecond = readsQuota(trial, 'cpu.max');
    rmdirSync(trial);
    return isFirst || isSecond ? { path: top.group, version: isFirst ? 1 : 2 } : undefined;
  } catch {
    return undefined;
  }
})();

function readsQuota(folder: string, name: string): boolean {
  try {
    return execFileSync('cat', [join(folder, name)], { stdio: ['ignore', 'pipe', 'ignore'] }).length > 0;
  } catch {
    return false;
  }
}

/** Told to begin it reads its limits, computes for a second, and reads them again. */
const READER = `
  const { readProcessorLimits } = await import(process.argv[1]);
  const files = { proc: '/proc', sys: '/sys' };
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const before = readProcessorLimits(files);
  const end = performance.now() + 1000;
  while (performance.now() < end);
  console.log(JSON.stringify([before, readProcessorLimits(files)]));
  process.exit();
`;

describe.skipIf(ROOT === undefined)(
  'a real limit (skipped where no control group can be made, as without root)',
  () => {
    it.each([
      ['of our own group', ''],
      ['of the group above ours', 'inner'],
    ])(
      '%s is seen while it holds us back',
      async (_where, inner) => {
        const { path = '', version = 1 } = ROOT ?? {};
        const limited = join(path, `maskbench-test-${process.pid}-${inner}`);
        const own = join(limited, inner);
        mkdirSync(limited);
        if (own !== limited) mkdirSync(own);
        const limits = version === 1 ? 'cpu.cfs_quota_us' : 'cpu.max';
        writeFileSync(join(limited, limits), version === 1 ? '5000' : '5000 100000');
        const module = join(import.meta.dirname, '../../../../dist/runners/onnx/seal/control-groups.js');
        const child = spawn(process.execPath, ['--input-type=module', '-e', READER, module]);
        try {
          writeFileSync(join(own, 'cgroup.procs'), String(child.pid));
          child.stdin.write('begin');
          const [text] = (await once(child.stdout, 'data')) as [Buffer];
          await once(child, 'exit');
          const [before, after] = JSON.parse(text.toString()) as ReturnType<typeof readProcessorLimits>[];
          const of = (read: typeof before) => read?.groups.find(({ group }) => group === limited);
          expect(of(after)?.cores).toBe(0.05);
          expect((of(after)?.heldMs ?? 0) - (of(before)?.heldMs ?? 0)).toBeGreaterThan(100);
          expect(after?.groups[0]?.group).toBe(own);
        } finally {
          child.kill('SIGKILL');
          if (own !== limited) rmdirSync(own);
          rmdirSync(limited);
        }
      },
      30_000,
    );
  },
);
