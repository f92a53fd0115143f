import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../../core/text.js';
import { listSystemFolder, type MachineFiles, readSystemFile } from '../seal/machine-files.js';
import type { CounterReading, FoundCounter } from './counter.js';

/** Processors bring it up to date about every millisecond (Intel's manual, volume 3, "RAPL interfaces"). */
const EVERY_MS = 1;

/**
 * The processors' own counters (RAPL), which Linux tells of under /sys/class/powercap: of every package, and of its memory where that
 * is counted apart. What is within a package (cores, graphics) and above it (`psys`) would be counted twice.
 */
export function findRapl({ sys }: MachineFiles): FoundCounter {
  const root = join(sys, 'class/powercap');
  const zones = listSystemFolder(root, /^intel-rapl:\d+(:\d+)?$/).flatMap((zone) => {
    const name = readSystemFile(root, zone, 'name') ?? '';
    const kind = /^package-\d+(-die-\d+)?$/.test(name) ? 'package' : name === 'dram' ? 'memory' : null;
    return kind === null ? [] : [{ kind, folder: join(root, zone) }];
  });
  const packages = zones.filter(({ kind }) => kind === 'package').length;
  if (packages === 0) return { kind: 'none', reason: 'this system tells of no RAPL counter' };
  const files = zones.map(({ folder }) => join(folder, 'energy_uj'));
  const first = readJoules(files);
  if (first.kind === 'lost') return { kind: 'none', reason: first.reason };
  const memory = packages < zones.length ? ' and their memory' : '';
  return {
    kind: 'counter',
    counter: {
      by: 'rapl',
      of: `${counted(packages, 'package')} of processors${memory}`,
      everyMs: EVERY_MS,
      ranges: zones.map(({ folder }) => joulesOf(readSystemFile(folder, 'max_energy_range_uj'))),
      mostW: null,
      pid: undefined,
      read: async () => readJoules(files),
      stop: () => undefined,
    },
  };
}

function readJoules(files: readonly string[]): CounterReading {
  const joules: number[] = [];
  for (const file of files) {
    const told = joulesOf(readSystemFile(file));
    if (told === null) return { kind: 'lost', reason: whyUnread(file) };
    joules.push(told);
  }
  return { kind: 'read', joules };
}

function whyUnread(file: string): string {
  if (!existsSync(file)) return `${file} is gone`;
  return readSystemFile(file) === null
    ? `${file} may be read by root alone: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj`
    : `${file} holds no figure`;
}

function joulesOf(microjoules: string | null): number | null {
  return microjoules !== null && /^\d+$/.test(microjoules) ? Number(microjoules) / 1e6 : null;
}
