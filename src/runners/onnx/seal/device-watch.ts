import type { EnergyRecord } from '../../../schema/energy.js';
import type { DeviceRequest } from '../../device.js';
import { type Card, findCard } from '../devices/card.js';
import {
  type Between,
  type CardWatch,
  type OwnMemory,
  type QuietLook,
  stretchesRead,
  throttlingIn,
  watchCard,
} from '../devices/card-watch.js';
import type { GpuReading } from '../devices/nvidia-watch.js';
import { countDuring, type EnergyStretch, type FoundCounter } from '../energy/counter.js';
import { energyOver } from '../energy/energy-over.js';
import { openNvml } from '../energy/nvml.js';
import { findRapl } from '../energy/rapl.js';
import type { CardEvidence } from './card.js';
import { type MachineFiles, THIS_MACHINE } from './machine-files.js';

/** Watches what a device is made of beside the processors, as far as anybody tells of it, while models are timed on it. */
export interface DeviceWatch {
  readonly card: Card | null;
  /** Of the processes that read the card: their processor time is ours. */
  readonly helpers: readonly number[];
  /** Of its energy: a card's own, or the processors'. */
  readonly energy: FoundCounter;
  /** Notes what the device uses while nothing of ours computes. */
  whileIdle<T>(work: () => Promise<T>): Promise<T>;
  /** A few processes of ours on it, from the start of the first to the end of the last. */
  round(): DeviceRound;
  stop(): void;
}

export interface DeviceRound {
  /** To be called once per process of ours, when it is warm. */
  look(pid: number | undefined): Promise<OwnMemory | null>;
  /** To be called when all of them are gone. */
  end(): Promise<void>;
  /** Of what was measured in these stretches; null on a CPU. */
  evidence(stretches: readonly Between[]): CardEvidence | null;
  readings(stretches: readonly Between[]): readonly GpuReading[];
  /** Of what was counted in these stretches. */
  energy(stretches: readonly EnergyStretch[]): EnergyRecord;
}

/** Looks at the card while nothing of ours is on it, and goes on reading it. */
export async function watchDevice(
  device: DeviceRequest,
  find: typeof findCard = findCard,
  start: typeof watchCard = watchCard,
  files: MachineFiles = THIS_MACHINE,
): Promise<DeviceWatch> {
  const found = await find(device);
  const idle: EnergyStretch[] = [];
  if (found.kind !== 'card') {
    const evidence = found.kind === 'none' ? null : found;
    const energy: FoundCounter =
      found.kind === 'none' ? findRapl(files) : { kind: 'none', reason: `of the card: ${found.why}` };
    return {
      card: null,
      helpers: [],
      energy,
      whileIdle: (work) => countDuring(energy, idle, work),
      round: () => ({
        look: async () => null,
        end: async () => undefined,
        evidence: () => evidence,
        readings: () => [],
        energy: (stretches) => energyOver({ found: energy, stretches, idle, readings: [] }),
      }),
      stop: () => undefined,
    };
  }
  const watch = await start(found.card);
  const energy = await openNvml(found.card);
  const before = await watch.lookWhileQuiet();
  const counter = energy.kind === 'counter' ? energy.counter : undefined;
  return {
    card: found.card,
    helpers: [watch.pid, counter?.pid].flatMap((pid) => pid ?? []),
    energy,
    whileIdle: (work) => countDuring(energy, idle, work),
    round: () => ({
      ...roundOf(watch, before),
      energy: (stretches) =>
        energyOver({ found: energy, stretches, idle, readings: readingsIn(watch, [...stretches, ...idle]) }),
    }),
    stop() {
      watch.stop();
      counter?.stop();
    },
  };
}

function readingsIn(watch: CardWatch, stretches: readonly EnergyStretch[]): readonly GpuReading[] {
  return watch.readingsDuring(stretches.map(({ between }) => between));
}

function roundOf(watch: CardWatch, before: QuietLook): Omit<DeviceRound, 'energy'> {
  const ours = new Set<number>();
  const listed = new Set<number>();
  let seen = true;
  let after: QuietLook = { utilization: null, memoryUsedBytes: null, processes: null };
  return {
    async look(pid) {
      if (pid !== undefined) ours.add(pid);
      const look = await watch.lookAt(pid);
      seen &&= look.seen;
      for (const one of look.listed) listed.add(one);
      return look.memory;
    },
    async end() {
      after = await watch.lookWhileQuiet();
    },
    evidence(stretches) {
      const readings = watch.readingsDuring(stretches);
      return {
        kind: 'read',
        divided: watch.divided,
        before,
        after,
        seen: seen && ours.size > 0,
        others: [...listed].filter((pid) => !ours.has(pid)),
        readings: readings.length,
        turns: stretchesRead(stretches, readings),
        limitsTold: readings.every(({ limitsTold }) => limitsTold === true),
        throttling: throttlingIn(readings),
      };
    },
    readings: (stretches) => watch.readingsDuring(stretches),
  };
}
