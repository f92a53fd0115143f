import type { DeviceRequest } from '../../device.js';
import type { Gpu, GpuState } from './gpu.js';
import { askNvidia, askNvidiaProcesses } from './nvidia.js';
import type { LimitsColumn } from './nvidia-csv.js';
import { type GpuReading, READ_EVERY_MS, watchNvidia } from './nvidia-watch.js';

/** The card that a device request means, as far as its driver tells of it. */
interface Card {
  readonly gpu: Gpu;
  readonly state: GpuState | undefined;
  readonly limits: LimitsColumn;
}

/** The Vulkan loader's variables that name its drivers, such as one that computes on the CPU. */
const VULKAN_DRIVERS = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/** Null on a CPU, and where no driver tells which card it is. */
export async function findCard(
  device: DeviceRequest,
  ask: typeof askNvidia = askNvidia,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Card | null> {
  if (device.provider === 'cpu' || device.provider === 'coreml') return null;
  const answer = await ask();
  if (answer.kind === 'none') return null;
  const { gpus, states, limits } = answer;
  const onCuda = device.provider === 'cuda' || device.provider === 'tensorrt';
  // WebGPU and Direct3D choose for themselves: only where there is one card, and no other driver is named, is it that one.
  const named = VULKAN_DRIVERS.some((variable) => env[variable] !== undefined);
  const alone = gpus.length === 1 && !named ? gpus[0] : undefined;
  const gpu = onCuda ? cudaGpu(gpus, device.index, env['CUDA_VISIBLE_DEVICES']) : alone;
  return gpu === undefined ? null : { gpu, state: states.find(({ index }) => index === gpu.index), limits };
}

/** Milliseconds of the calendar's clock. */
type Between = readonly [from: number, to: number];

/** Looks at a card while models are measured on it. */
export interface CardWatch {
  /** Of the process that reads the card: its processor time is ours. */
  readonly pid: number | undefined;
  /** Other processes that computed on the card before ours started, in words. */
  readonly neighbours: readonly string[];
  /** What the card told of stretches of time by the calendar's clock. */
  readingsDuring(stretches: readonly Between[]): readonly GpuReading[];
  /** Bytes of the card that a process holds; null where the driver does not tell. */
  memoryOf(pid: number | undefined): Promise<number | null>;
  stop(): void;
}

export async function watchCard({ gpu, limits }: Card): Promise<CardWatch> {
  const others = (await askNvidiaProcesses()).filter((other) => other.gpu === gpu.uuid);
  const watch = watchNvidia(limits);
  return {
    pid: watch.pid,
    neighbours: others.map(({ pid }) => `process ${pid} computes on the card`),
    readingsDuring: (stretches) =>
      readingsOf(
        stretches,
        watch.readings().filter(({ index }) => index === gpu.index),
      ),
    async memoryOf(pid) {
      const own = (await askNvidiaProcesses()).find((other) => other.pid === pid);
      return own?.memoryBytes ?? null;
    },
    stop: watch.stop,
  };
}

/**
 * The readings within stretches, and those next to them: a stretch can be shorter than the time between two readings,
 * and a card that was hot a moment before or after it was hot in it.
 */
export function readingsOf(
  stretches: readonly Between[],
  readings: readonly GpuReading[],
): readonly GpuReading[] {
  return readings.filter(({ atMs }) =>
    stretches.some(([from, to]) => atMs >= from - READ_EVERY_MS && atMs <= to + READ_EVERY_MS),
  );
}

/** The reasons for lower clocks that spoil a measurement, each once; `untold` without any reading. */
export function throttlingIn(readings: readonly GpuReading[]): readonly string[] | 'untold' {
  if (readings.length === 0) return 'untold';
  const reasons = readings.flatMap(({ limits }) => limits.filter(({ throttles }) => throttles));
  return [...new Set(reasons.map(({ reason }) => reason))];
}

/**
 * Which of the driver's cards `cuda:N` is: CUDA counts only those in CUDA_VISIBLE_DEVICES, in that order.
 *
 * @param visible value of CUDA_VISIBLE_DEVICES: numbers, or uuids and beginnings of them
 */
export function cudaGpu<T extends { readonly index: number; readonly uuid: string | null }>(
  gpus: readonly T[],
  index: number,
  visible: string | undefined = process.env['CUDA_VISIBLE_DEVICES'],
): T | undefined {
  if (visible === undefined) return gpus.find((gpu) => gpu.index === index);
  const wanted = visible.split(',')[index]?.trim();
  if (wanted === undefined || wanted === '') return undefined;
  return gpus.find((gpu) => String(gpu.index) === wanted || gpu.uuid?.startsWith(wanted) === true);
}
