import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { type ProcessorLimits, readProcessorLimits } from './control-groups.js';
import { type Frequency, readFrequency } from './frequency.js';
import { listSystemFolder, type MachineFiles, readSystemFile } from './machine-files.js';

/** What the machine says of itself at one moment. Counters count from the system's start. */
export interface Snapshot {
  /** By the clock that times are taken with, milliseconds. */
  readonly steadyMs: number;
  /** By the calendar's clock, milliseconds. */
  readonly wallMs: number;
  readonly processors: ProcessorTimes;
  readonly ownCpuMs: number | null;
  /** See `readWaitedMs`; of the children alone, which do the work. */
  readonly waitedMs: number | null;
  /** Time in which some task waited for a processor (PSI), milliseconds. */
  readonly pressureMs: number | null;
  /** Average load of the last minute. */
  readonly load: number;
  readonly clockSource: string | null;
  /** Times that a processor was slowed down for its heat. */
  readonly thermalEvents: number | null;
  readonly limits: ProcessorLimits;
  readonly frequency: Frequency;
}

/** `children` are the processes of ours that live now. Takes about a millisecond. */
export function takeSnapshot(files: MachineFiles, children: readonly number[]): Snapshot {
  // first of all: a processor that has nothing to do slows down
  const frequency = readFrequency(files);
  const pressure = readSystemFile(files.proc, 'pressure/cpu');
  const waited = /^some .*total=(\d+)$/m.exec(pressure ?? '')?.[1];
  return {
    steadyMs: performance.now(),
    wallMs: Date.now(),
    processors: readProcessorTimes(files),
    ownCpuMs: readOwnCpuMs(files, children),
    waitedMs: readWaitedMs(files, children),
    pressureMs: waited === undefined ? null : Number(waited) / 1e3,
    load: loadavg()[0],
    clockSource: readSystemFile(files.sys, 'devices/system/clocksource/clocksource0/current_clocksource'),
    thermalEvents: readThermalEvents(files),
    limits: readProcessorLimits(files),
    frequency,
  };
}

/**
 * Processor time of this process, of its children that have ended, and of the live ones given, in milliseconds; null
 * where the system does not tell. A child that ends between two readings counts on: its time passes to this process.
 */
export function readOwnCpuMs(files: MachineFiles, children: readonly number[]): number | null {
  const own = cpuTicks(readSystemFile(files.proc, 'self', 'stat'), 4);
  if (own === null) return null;
  const theirs = children.map((pid) => cpuTicks(readSystemFile(files.proc, String(pid), 'stat'), 2) ?? 0);
  return (own + theirs.reduce((sum, ticks) => sum + ticks, 0)) * TICK_MS;
}

/** utime and stime of /proc/<pid>/stat (fields 14 and 15), and, with 4 fields, those of ended children. */
function cpuTicks(stat: string | null, fields: 2 | 4): number | null {
  if (stat === null) return null;
  // The second field is the command in parentheses, which may hold anything.
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return rest.slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/**
 * How long threads of the processes given were ready to run and had no processor so far, milliseconds: others ran there, or a
 * limit held them back. Null where the system does not tell.
 */
export function readWaitedMs({ proc }: MachineFiles, pids: readonly number[]): number | null {
  let nanos: number | null = null;
  for (const pid of pids) {
    const tasks = join(proc, String(pid), 'task');
    for (const task of listSystemFolder(tasks, /^\d+$/)) {
      const waited = readSystemFile(tasks, task, 'schedstat')?.split(' ')[1];
      if (waited !== undefined) nanos = (nanos ?? 0) + Number(waited);
    }
  }
  return nanos === null ? null : nanos / 1e6;
}

/** Times that a core or its package was slowed down for its heat so far; null where the system does not tell. */
export function readThermalEvents({ sys }: MachineFiles): number | null {
  const root = join(sys, 'devices/system/cpu');
  const counts = listSystemFolder(root, /^cpu\d+$/).flatMap((cpu) =>
    ['core_throttle_count', 'package_throttle_count'].flatMap((name) => {
      const text = readSystemFile(root, cpu, 'thermal_throttle', name);
      return text === null ? [] : [Number(text)];
    }),
  );
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** Milliseconds that all processors together have spent since the system started. */
interface ProcessorTimes {
  readonly busyMs: number;
  /** Taken by the hypervisor for others; 0 where the system does not tell. */
  readonly stealMs: number;
  /** Everything: busy, stolen, idle. */
  readonly allMs: number;
  readonly count: number;
}

/** /proc counts in hundredths of a second (USER_HZ) on every Linux that Node runs on. */
const TICK_MS = 10;

/** From /proc/stat on Linux, from the system's own counters elsewhere. */
export function readProcessorTimes({ proc }: MachineFiles): ProcessorTimes {
  const text = readSystemFile(proc, 'stat');
  return text === null ? fromNode() : parseProcStat(text);
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; guests are within user. */
export function parseProcStat(text: string): ProcessorTimes {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1].split(' ').map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  const busy = user + nice + system + irq + softirq;
  return {
    busyMs: busy * TICK_MS,
    stealMs: steal * TICK_MS,
    allMs: (busy + steal + idle + iowait) * TICK_MS,
    count: Math.max(1, text.match(/^cpu\d+ /gm)?.length ?? 0),
  };
}

function fromNode(): ProcessorTimes {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, stealMs: 0, allMs: busyMs + idleMs, count: cpus().length };
}
