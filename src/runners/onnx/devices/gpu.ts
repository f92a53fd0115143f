import type { Document } from '../../../schema/basics.js';
import type { gpuSettings, gpuState, GpuSummary } from '../../../schema/hardware.js';

/** A graphics processor as its driver describes it. Null stands for what the driver does not tell. */
export interface Gpu extends GpuSummary {
  readonly vendor: 'nvidia' | 'amd' | 'apple' | 'other';
  /** The driver's number for it, which `cuda:N` counts by too (unless CUDA_VISIBLE_DEVICES says otherwise). */
  readonly index: number;
  /** Instances that the card is divided into (MIG); null where it is not, or cannot be, divided. */
  readonly instances: readonly GpuInstance[] | null;
}

/** A part of a divided card: a device of its own. */
export interface GpuInstance {
  /** E.g. `1g.5gb`. */
  readonly profile: string;
  readonly uuid: string;
  /** Its number on the card. */
  readonly device: number;
  /** As the driver tells, or a careful guess by its profile; null where that does not say. */
  readonly memoryBytes: number | null;
  /** Where the driver tells. */
  readonly usedBytes?: number;
}

/** How a card is set. */
export type GpuSettings = Document<typeof gpuSettings>;

/** What a card does at one moment. */
export type GpuState = Document<typeof gpuState>;

/** A reason for lower clocks, and whether it makes a measurement one of the cooling instead of the card. */
export type ClockLimit = GpuState['limits'][number];

/** `23 GB`: the memory in the way that cards are spoken of, gibibytes rounded up (drivers keep some for themselves). */
export function formatGpuMemory(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 30)} GB`;
}
