import { freemem } from 'node:os';
import type { DeviceRequest } from '../../runners/device.js';
import type { Gpu, GpuState } from '../../runners/onnx/devices/gpu.js';
import type { RunModel } from '../../store/manifest.js';
import type { TimeConfig } from '../../store/settings-schema.js';

/** Bytes that a loaded model is taken to need: a base, and a few times its weights. */
interface Need {
  readonly base: number;
  readonly perWeightByte: number;
}

const ON_CPU: Need = { base: 1.2e9, perWeightByte: 5 };
/** Measured nowhere yet: the context of CUDA, an arena that grows in powers of two, the weights and activations. */
const ON_GPU: Need = { base: 2e9, perWeightByte: 8 };
/** Of the memory that is free now. */
const SHARE = 0.7;

/** How many bytes of models may be loaded at the same time, and what one model needs of them. */
interface MemoryBudget {
  readonly bytes: number;
  readonly need: Need;
}

/** The memory of the card where the driver tells of it, the machine's elsewhere. */
export function memoryBudget(
  device: DeviceRequest,
  gpu: Pick<Gpu, 'memoryBytes'> | undefined,
  state: Pick<GpuState, 'memoryUsedBytes'> | undefined,
): MemoryBudget {
  const total = gpu?.memoryBytes ?? null;
  if (device.provider === 'cpu' || total === null) return { bytes: SHARE * freemem(), need: ON_CPU };
  return { bytes: SHARE * (total - (state?.memoryUsedBytes ?? 0)), need: ON_GPU };
}

/** Models in their order, in groups that fit the budget, or of the size asked for. A group has one model at least. */
export function groupModels<T extends Pick<RunModel, 'bytes'>>(
  models: readonly T[],
  together: TimeConfig['together'],
  { bytes, need }: MemoryBudget,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let used = 0;
  for (const model of models) {
    const needed = need.base + need.perWeightByte * model.bytes;
    const group = groups.at(-1);
    const fits = together === 'auto' ? used + needed <= bytes : (group?.length ?? 0) < together;
    if (group !== undefined && fits) {
      group.push(model);
      used += needed;
    } else {
      groups.push([model]);
      used = needed;
    }
  }
  return groups;
}
