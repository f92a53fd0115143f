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
import type { CardEvidence } from './card.js';

/** Watches what a device is made of beside the processors, as far as anybody tells of it, while models are timed on it. */
export interface DeviceWatch {
  readonly card: Card | null;
  /** Of the process that reads the card: its processor time is ours. */
  readonly helpers: readonly number[];
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
}

/** Looks at the card while nothing of ours is on it, and goes on reading it. */
export async function watchDevice(
  device: DeviceRequest,
  find: typeof findCard = findCard,
  start: typeof watchCard = watchCard,
): Promise<DeviceWatch> {
  const found = await find(device);
  if (found.kind !== 'card') {
    const evidence = found.kind === 'none' ? null : found;
    return {
      card: null,
      helpers: [],
      round: () => ({
        look: async () => null,
        end: async () => undefined,
        evidence: () => evidence,
        readings: () => [],
      }),
      stop: () => undefined,
    };
  }
  const watch = await start(found.card);
  const before = await watch.lookWhileQuiet();
  return {
    card: found.card,
    helpers: watch.pid === undefined ? [] : [watch.pid],
    round: () => roundOf(watch, before),
    stop: () => watch.stop(),
  };
}

function roundOf(watch: CardWatch, before: QuietLook): DeviceRound {
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
