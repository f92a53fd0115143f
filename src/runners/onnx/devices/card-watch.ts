import { setTimeout as sleep } from 'node:timers/promises';
import type { Card } from './card.js';
import { askInstances, askNvidiaProcesses } from './nvidia.js';
import { parseNvidiaCsv, queryArguments } from './nvidia-csv.js';
import { type GpuReading, READ_EVERY_MS, watchNvidia } from './nvidia-watch.js';
import { runTool, type RunTool } from './run-tool.js';

/** Milliseconds of the calendar's clock. */
export type Between = readonly [from: number, to: number];

/** What a card was like in a moment in which nothing of ours was on it. Null stands for what is not told. */
export interface QuietLook {
  /** The most of a few readings, percent. */
  readonly utilization: number | null;
  readonly memoryUsedBytes: number | null;
  /** Processes that compute on the card; those of a divided card may be on other instances of it, and are left out. */
  readonly processes: readonly number[] | null;
}

/** The memory of one process on a card. */
export interface OwnMemory {
  readonly bytes: number;
  /** What the driver tells of the process, or what the card's memory grew by since the last time. */
  readonly by: 'process' | 'difference';
}

interface OwnLook {
  readonly memory: OwnMemory | null;
  /** Whether the process is in the driver's list: then the list has this system's numbers. */
  readonly seen: boolean;
  /** All in the list, ours included; none where ours is not there, or may be on another instance. */
  readonly listed: readonly number[];
}

/** Looks at a card while models are measured on it. */
export interface CardWatch {
  /** Of the process that reads the card: its processor time is ours. */
  readonly pid: number | undefined;
  readonly divided: boolean;
  /** To be called while nothing of ours is on the card, and nothing is measured. */
  lookWhileQuiet(): Promise<QuietLook>;
  /** What the card told within stretches of time by the calendar's clock. */
  readingsDuring(stretches: readonly Between[]): readonly GpuReading[];
  /** What a process of ours is seen to hold, and all that compute on the card; called once per process, in the order of their start. */
  lookAt(pid: number | undefined): Promise<OwnLook>;
  stop(): void;
}

/** Until the first reading comes; a driver that is not kept loaded takes seconds to start. */
const FIRST_READING_MS = 5000;
/**
 * What is told of the use is a mean of up to a second, and our own last work is over by then. A driver that has only just started
 * tells 100 % (an L40S that nobody used; test/fixtures/devices), so that the last readings count.
 */
const SETTLE_MS = 1200;
const LAST_READINGS = 2;

/** Starts to read a card, and waits for the first reading. */
export async function watchCard(
  { gpu, instance, columns }: Card,
  run: RunTool = runTool,
  watch = watchNvidia(gpu.uuid ?? String(gpu.index), columns),
): Promise<CardWatch> {
  const started = Date.now();
  while (watch.readings().length === 0 && Date.now() - started < FIRST_READING_MS) await sleep(50);
  const ownProcesses = async (): ReturnType<typeof askNvidiaProcesses> => {
    const all = await askNvidiaProcesses(run);
    return all?.filter((one) => one.gpu === gpu.uuid) ?? null;
  };
  const usedBytes = async (): Promise<number | null> => {
    if (instance !== null) {
      const now = (await askInstances(run))(gpu).find(({ uuid }) => uuid === instance.uuid);
      return now?.usedBytes ?? null;
    }
    const asked = columns.filter((column) => column === 'index' || column === 'memory.used');
    const answer = await run('nvidia-smi', [...queryArguments(asked), '-i', gpu.uuid ?? String(gpu.index)]);
    const [row] = answer.kind === 'answer' ? parseNvidiaCsv(answer.text, asked) : [];
    return row?.state.memoryUsedBytes ?? null;
  };
  let lastUsed: number | null = null;
  return {
    pid: watch.pid,
    divided: instance !== null,
    async lookWhileQuiet() {
      await sleep(SETTLE_MS);
      const after = watch.readings().filter(({ atMs }) => Date.now() - atMs <= SETTLE_MS);
      const told = after.slice(-LAST_READINGS).flatMap(({ utilization }) => utilization ?? []);
      const processes = instance === null ? await ownProcesses() : null;
      lastUsed = await usedBytes();
      return {
        utilization: told.length === 0 ? null : Math.max(...told),
        memoryUsedBytes: lastUsed,
        processes: processes?.map(({ pid }) => pid) ?? null,
      };
    },
    readingsDuring: (stretches) => readingsOf(stretches, watch.readings()),
    async lookAt(pid) {
      const processes = (await ownProcesses()) ?? [];
      const own = processes.find((one) => one.pid === pid);
      const [before, now] = [lastUsed, await usedBytes()];
      lastUsed = now;
      const grown = before === null || now === null ? null : now - before;
      return {
        memory:
          own?.memoryBytes != null
            ? { bytes: own.memoryBytes, by: 'process' }
            : grown !== null && grown > 0
              ? { bytes: grown, by: 'difference' }
              : null,
        seen: own !== undefined,
        listed: own === undefined || instance !== null ? [] : processes.map((one) => one.pid),
      };
    },
    stop: watch.stop,
  };
}

/** The readings within stretches. One beside them is another model's: each has its own turn. */
export function readingsOf(
  stretches: readonly Between[],
  readings: readonly GpuReading[],
): readonly GpuReading[] {
  return readings.filter(({ atMs }) => stretches.some(([from, to]) => atMs >= from && atMs <= to));
}

/** Of stretches that are long enough for a reading, so many had one. */
export function stretchesRead(
  stretches: readonly Between[],
  readings: readonly GpuReading[],
): { readonly long: number; readonly read: number } {
  const long = stretches.filter(([from, to]) => to - from >= 2 * READ_EVERY_MS);
  const read = long.filter((stretch) => readingsOf([stretch], readings).length > 0);
  return { long: long.length, read: read.length };
}

/** The reasons for lower clocks that spoil a measurement, each once. */
export function throttlingIn(readings: readonly GpuReading[]): readonly string[] {
  const reasons = readings.flatMap(({ limits }) => limits.filter(({ throttles }) => throttles));
  return [...new Set(reasons.map(({ reason }) => reason))];
}
