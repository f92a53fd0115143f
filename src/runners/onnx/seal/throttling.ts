import { join } from 'node:path';
import { listSystemFolder, readSystemFile, type MachineFiles } from './machine-files.js';

/** How often, and how long, the processors were held back so far. Null where the system does not tell. */
export interface Throttling {
  /** Times that a core or its package was slowed down for its heat. */
  readonly thermalEvents: number | null;
  /** Milliseconds that the container's processor limit made our tasks wait. */
  readonly limitedMs: number | null;
}

export function readThrottling(files: MachineFiles): Throttling {
  return { thermalEvents: readThermalEvents(files), limitedMs: readLimitedMs(files) };
}

function readThermalEvents({ sys }: MachineFiles): number | null {
  const root = join(sys, 'devices/system/cpu');
  const counts = listSystemFolder(root, /^cpu\d+$/).flatMap((cpu) =>
    ['core_throttle_count', 'package_throttle_count'].flatMap((name) => {
      const text = readSystemFile(root, cpu, 'thermal_throttle', name);
      return text === null ? [] : [Number(text)];
    }),
  );
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

/** cgroup v2 counts microseconds, v1 nanoseconds. */
function readLimitedMs({ proc, sys }: MachineFiles): number | null {
  const own = /^0::(\/.*)$/m.exec(readSystemFile(proc, 'self', 'cgroup') ?? '')?.[1] ?? '/';
  for (const folder of [own, '/']) {
    const micros = /^throttled_usec (\d+)$/m.exec(
      readSystemFile(sys, 'fs/cgroup', folder, 'cpu.stat') ?? '',
    )?.[1];
    if (micros !== undefined) return Number(micros) / 1e3;
  }
  const nanos = /^throttled_time (\d+)$/m.exec(readSystemFile(sys, 'fs/cgroup/cpu/cpu.stat') ?? '')?.[1];
  return nanos === undefined ? null : Number(nanos) / 1e6;
}
