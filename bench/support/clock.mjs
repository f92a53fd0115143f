/**
 * Processor time that this process has used so far, all its threads together, in milliseconds. On a machine with
 * neighbours it says what work costs, where the wall clock says how long the neighbours made it wait.
 */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The median of several runs, in milliseconds of processor time. Runs `atLeast` times, then until `budget` is used up. */
export function timed(work, { atLeast = 5, budget = 400 } = {}) {
  const runs = [];
  for (let spent = 0; runs.length < atLeast || spent < budget; spent += runs[runs.length - 1]) {
    const start = processorTime();
    work();
    runs.push(processorTime() - start);
  }
  return median(runs);
}

/** As {@link timed}, of work that is awaited. */
export async function timedAsync(work, { atLeast = 5, budget = 400 } = {}) {
  const runs = [];
  for (let spent = 0; runs.length < atLeast || spent < budget; spent += runs[runs.length - 1]) {
    const start = processorTime();
    await work();
    runs.push(processorTime() - start);
  }
  return median(runs);
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
