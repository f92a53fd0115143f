import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import type { MachineConditions } from '../../core/comparison.js';

/** Starts to watch the machine; the function that it returns says what happened since. */
export function watchMachine(): () => MachineConditions {
  const before = { load: loadavg()[0], busy: machineTimes(), own: ownCpuMs() };
  return () => {
    const now = { load: loadavg()[0], busy: machineTimes(), own: ownCpuMs() };
    const all = now.busy.all - before.busy.all;
    const own = now.own === null || before.own === null ? null : now.own - before.own;
    const busy = now.busy.busy - before.busy.busy;
    return {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      loadBefore: before.load,
      loadAfter: now.load,
      foreignCpu: own === null || all <= 0 ? null : Math.min(1, Math.max(0, (busy - own) / all)),
    };
  };
}

/** Milliseconds that all processors together have existed, and have been busy, since the system started. */
function machineTimes(): { readonly all: number; readonly busy: number } {
  let all = 0;
  let busy = 0;
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busy += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return { all, busy };
}

/** Clock ticks a second of /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Processor time of this process and of its children that have ended, in milliseconds (fields 14 to 17 of
 * /proc/self/stat); null where there is no such file.
 */
function ownCpuMs(): number | null {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * (1000 / TICKS);
  } catch {
    return null;
  }
}
