import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from '../../../schema/basics.js';
import type { machineConditions } from '../../../schema/timing-summary.js';
import type { MachineFiles } from './machine-files.js';
import { medianMs } from '../timing/windows.js';
import { takeSnapshot, type Snapshot } from './snapshot.js';

/** What the machine was like over some stretches of time, as every version from this one on records it. */
export type Conditions = Required<Document<typeof machineConditions>>;

/** One stretch: what the machine was like when it began and when it ended. */
export type Stretch = readonly [Snapshot, Snapshot];

/** Several stretches taken together; what lies between them does not count. At least one. */
export function conditionsOf(stretches: readonly Stretch[]): Conditions {
  const all = sum(stretches, ({ processors }) => processors.allMs) ?? 0;
  const busy = sum(stretches, ({ processors }) => processors.busyMs) ?? 0;
  const own = sum(stretches, ({ ownCpuMs }) => ownCpuMs);
  const steal = sum(stretches, ({ processors }) => processors.stealMs) ?? 0;
  const waited = sum(stretches, ({ pressureMs }) => pressureMs);
  const durationMs = sum(stretches, ({ steadyMs }) => steadyMs) ?? 0;
  const sources = stretches.flat().flatMap(({ clockSource }) => clockSource ?? []);
  const steps = stretches.map(([a, b]) => Math.abs(b.wallMs - a.wallMs - (b.steadyMs - a.steadyMs)));
  return {
    durationMs,
    foreignCpu: own === null || all <= 0 ? null : share((busy - own) / all),
    steal: all <= 0 ? null : share(steal / all),
    pressure: waited === null || durationMs <= 0 ? null : share(waited / durationMs),
    load: [stretches[0]?.[0].load ?? 0, stretches.at(-1)?.[1].load ?? 0],
    clockSources: [...new Set(sources)],
    clockStepMs: Math.max(0, ...steps),
    thermalEvents: sum(stretches, ({ thermalEvents }) => thermalEvents),
    cores: stretches[0]?.[0].processors.count ?? 1,
    ownCpuMs: own,
    waitedMs: sum(stretches, ({ waitedMs }) => waitedMs),
    ...limitsOver(stretches),
    frequencyMhz: frequencyOver(stretches),
    policies: [...new Set(stretches.flat().flatMap(({ frequency }) => frequency.policies))],
  };
}

/** Groups without a limit are left out, unless one that we cannot see held their tasks back. */
function limitsOver(stretches: readonly Stretch[]): Pick<Conditions, 'limits' | 'limitsKnown' | 'limitedMs'> {
  const { groups = [], known = 'untold' } = stretches[0]?.[0].limits ?? {};
  const all = groups.map(({ group, cores }) => ({
    group,
    cores,
    heldMs: sum(stretches, ({ limits }) => limits.groups.find((one) => one.group === group)?.heldMs ?? null),
  }));
  const told = all.flatMap(({ heldMs }) => heldMs ?? []);
  return {
    limits: all.filter(({ cores, heldMs }) => cores !== null || (heldMs ?? 0) > 0),
    limitsKnown: known,
    limitedMs: told.length === 0 ? null : told.reduce((total, ms) => total + ms, 0),
  };
}

function frequencyOver(stretches: readonly Stretch[]): Conditions['frequencyMhz'] {
  const fastest = stretches.flatMap(([, { frequency }]) => frequency.fastestMhz ?? []);
  return fastest.length === 0 ? null : { median: medianMs(fastest), highest: Math.max(...fastest) };
}

/** How much a counter grew over all stretches; null if it was not told everywhere. */
function sum(stretches: readonly Stretch[], of: (snapshot: Snapshot) => number | null): number | null {
  let grown = 0;
  for (const [before, after] of stretches) {
    const [from, to] = [of(before), of(after)];
    if (from === null || to === null) return null;
    grown += to - from;
  }
  return grown;
}

/** Counters tick in hundredths of a second: a difference of two may come out a little below 0. */
function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** What the machine is like while this process does nothing for so many milliseconds; `helpers` are processes of ours that do. */
export async function observeIdle(
  files: MachineFiles,
  ms: number,
  signal: AbortSignal,
  helpers: readonly number[] = [],
): Promise<Conditions> {
  const before = takeSnapshot(files, helpers);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return conditionsOf([[before, takeSnapshot(files, helpers)]]);
}

/** Looks at the machine before and after every stretch of work; nothing is read in between. */
export interface Watch {
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Of all stretches so far. */
  conditions(): Conditions;
}

/** `children` names the processes of ours that live at the moment. */
export function createWatch(files: MachineFiles, children: () => readonly number[]): Watch {
  const stretches: Stretch[] = [];
  return {
    async during(work) {
      const before = takeSnapshot(files, children());
      try {
        return await work();
      } finally {
        stretches.push([before, takeSnapshot(files, children())]);
      }
    },
    conditions: () => conditionsOf(stretches),
  };
}
