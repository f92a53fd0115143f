import { loadavg } from 'node:os';
import { join } from 'node:path';
import { listSystemFolder, readSystemFile, type MachineFiles } from './machine-files.js';
import { readOwnCpuMs } from './own-times.js';
import { readProcessorTimes, type ProcessorTimes } from './processor-times.js';
import { readThrottling, type Throttling } from './throttling.js';

/** What the machine says of itself at one moment. Counters count from the system's start. */
export interface Snapshot extends Throttling {
  /** By the clock that times are taken with, milliseconds. */
  readonly steadyMs: number;
  /** By the calendar's clock, milliseconds. */
  readonly wallMs: number;
  readonly processors: ProcessorTimes;
  readonly ownCpuMs: number | null;
  /** Time in which some task waited for a processor (PSI), milliseconds. */
  readonly pressureMs: number | null;
  /** Average load of the last minute. */
  readonly load: number;
  readonly clockSource: string | null;
}

/** `children` are the processes of ours that live now. Takes about a millisecond. */
export function takeSnapshot(files: MachineFiles, children: readonly number[]): Snapshot {
  const pressure = readSystemFile(files.proc, 'pressure/cpu');
  const waited = /^some .*total=(\d+)$/m.exec(pressure ?? '')?.[1];
  return {
    steadyMs: performance.now(),
    wallMs: Date.now(),
    processors: readProcessorTimes(files),
    ownCpuMs: readOwnCpuMs(files, children),
    pressureMs: waited === undefined ? null : Number(waited) / 1e3,
    load: loadavg()[0],
    clockSource: readSystemFile(files.sys, 'devices/system/clocksource/clocksource0/current_clocksource'),
    ...readThrottling(files),
  };
}

/** The processors' frequency governors, each once; empty where the system does not tell, as in most VMs. */
export function readGovernors({ sys }: MachineFiles): readonly string[] {
  const root = join(sys, 'devices/system/cpu');
  const governors = listSystemFolder(root, /^cpu\d+$/).flatMap(
    (cpu) => readSystemFile(root, cpu, 'cpufreq/scaling_governor') ?? [],
  );
  return [...new Set(governors)];
}
