import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';

/** How a card is set, and what of it. Null stands for what the driver does not tell. */
export const gpuSettings = z.object({
  computeMode: orNull(text).describe('`Default`, `Exclusive_Process`, ...'),
  persistence: orNull(text),
  ecc: orNull(text),
  powerLimitW: orNull(figure),
  defaultPowerLimitW: orNull(figure),
  maxSmClockMhz: orNull(figure),
  maxMemoryClockMhz: orNull(figure),
  notTold: z.array(text).describe('What this driver does not know of: columns of nvidia-smi.'),
});

export const gpu = z
  .object({
    name: text,
    uuid: orNull(text),
    memoryBytes: orNull(figure).describe('Of the whole card.'),
    driver: orNull(text),
    instance: z
      .exactOptional(z.object({ profile: text, uuid: text, memoryBytes: orNull(figure) }))
      .describe('The part of a divided card (MIG) that was used.'),
    settings: z.exactOptional(gpuSettings),
  })
  .describe('A card as its driver describes it.');
export type GpuSummary = Document<typeof gpu>;

/** What a card does at one moment, as it is recorded. Null stands for what the driver does not tell. */
export const gpuState = z.object({
  index: count,
  memoryUsedBytes: orNull(figure),
  /** Percent of the last moments (a sixth of a second to a second) in which something computed; not in runs of 0.1. */
  utilization: z.exactOptional(orNull(figure)),
  temperatureC: orNull(figure),
  /** Of the moment where the driver tells it, else a mean over a second. */
  powerW: orNull(figure),
  powerLimitW: orNull(figure),
  /** P0 is the fastest. */
  performanceState: orNull(text),
  smClockMhz: orNull(figure),
  memoryClockMhz: orNull(figure),
  maxSmClockMhz: orNull(figure),
  /** Why the clocks are not at their highest. */
  limits: z.array(z.object({ reason: text, throttles: z.boolean() })),
  /** False where the driver says nothing of them; not in runs of 0.1. */
  limitsTold: z.exactOptional(z.boolean()),
});

export const provider = z
  .object({
    tf32: z
      .enum(['on', 'off'])
      .describe(
        'Whether products of float32 may be rounded to 10 bits (TF32); `tf32: false` or NVIDIA_TF32_OVERRIDE=0 turns it off.',
      ),
    atDefaults: z
      .array(text)
      .describe('Options of the provider that onnxruntime-node does not pass on, with their defaults.'),
    ignored: z
      .exactOptional(z.array(text))
      .describe('Variables of the environment that are set, and that the provider does not read.'),
  })
  .describe('How CUDA or TensorRT computes.');
export type ProviderSummary = Document<typeof provider>;

export const processor = z
  .object({
    physicalCores: orNull(count),
    sockets: orNull(count),
    /** E.g. `L1d 32K, L2 1024K, L3 32768K`; of the first core. */
    caches: z.array(text),
    /** Whether this is a virtual machine: others may compute on the same cores, unseen. */
    virtual: orNull(z.boolean()),
    limits: z
      /** Cores' worth of processor time; null: no limit. */
      .object({ cores: orNull(figure), memoryBytes: orNull(figure) })
      .describe('A container\u2019s limits.'),
  })
  .describe('More about the processors than their name.');
export type ProcessorSummary = Document<typeof processor>;
