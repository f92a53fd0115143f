import { readFileSync } from 'node:fs';

/** @typedef {{ atLeast?: number, budget?: number }} Repeats */

/**
 * Processor time that this process has used so far, all its threads together, in milliseconds. On a machine with
 * neighbours it says what work costs, where the wall clock says how long the neighbours made it wait.
 */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * The median of several runs, in milliseconds of processor time. Runs `atLeast` times, then until `budget` is used up.
 *
 * @param {() => unknown} work
 * @param {Repeats} [repeats]
 */
export function timed(work, { atLeast = 5, budget = 400 } = {}) {
  const runs = [];
  for (let spent = 0; runs.length < atLeast || spent < budget; spent += runs[runs.length - 1]) {
    const start = processorTime();
    work();
    runs.push(processorTime() - start);
  }
  return median(runs);
}

/**
 * Peak resident set of a process with all its threads, bytes (VmHWM); undefined once it is gone, and where /proc does not
 * tell.
 *
 * @param {number | 'self'} pid
 */
export function peakResidentBytes(pid = 'self') {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/**
 * As {@link timed}, of work that is awaited.
 *
 * @param {() => Promise<unknown>} work
 * @param {Repeats} [repeats]
 */
export async function timedAsync(work, { atLeast = 5, budget = 400 } = {}) {
  const runs = [];
  for (let spent = 0; runs.length < atLeast || spent < budget; spent += runs[runs.length - 1]) {
    const start = processorTime();
    await work();
    runs.push(processorTime() - start);
  }
  return median(runs);
}

/**
 * The upper of the two middle values where there are two.
 *
 * @param {number[]} values sorted on the way
 */
export function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
