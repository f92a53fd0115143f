import { setTimeout as sleep } from 'node:timers/promises';
import { conditionsOf, type Conditions } from './conditions.js';
import type { MachineFiles } from './machine-files.js';
import { takeSnapshot } from './snapshot.js';

/** What the machine is like while this process does nothing for so many milliseconds. */
export async function observeIdle(files: MachineFiles, ms: number, signal: AbortSignal): Promise<Conditions> {
  const before = takeSnapshot(files, []);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return conditionsOf([[before, takeSnapshot(files, [])]]);
}
