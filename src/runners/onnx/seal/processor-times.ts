import { cpus } from 'node:os';
import { readSystemFile, type MachineFiles } from './machine-files.js';

/** Milliseconds that all processors together have spent since the system started. */
export interface ProcessorTimes {
  readonly busyMs: number;
  /** Taken by the hypervisor for others; 0 where the system does not tell. */
  readonly stealMs: number;
  /** Everything: busy, stolen, idle. */
  readonly allMs: number;
}

/** /proc counts in hundredths of a second (USER_HZ) on every Linux that Node runs on. */
export const TICK_MS = 10;

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
  };
}

function fromNode(): ProcessorTimes {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, stealMs: 0, allMs: busyMs + idleMs };
}
