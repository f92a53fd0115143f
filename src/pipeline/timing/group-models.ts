import { freemem } from 'node:os';
import type { DeviceRequest } from '../../runners/device.js';
import { isExclusive } from '../../runners/onnx/devices/card.js';
import type { DeviceWatch } from '../../runners/onnx/seal/device-watch.js';
import type { TimeConfig } from '../../store/settings-schema.js';
import type { PassModel } from './timed-models.js';

/** Bytes that a loaded model is taken to need: a base, and a few times its weights. */
interface Need {
  readonly base: number;
  readonly perWeightByte: number;
  /** Of activations and workspaces, which grow with the picture that is fed. */
  readonly perPixel: number;
}

const ON_CPU: Need = { base: 1.2e9, perWeightByte: 5, perPixel: 0 };
/**
 * Not seen on a real card: the context of CUDA, an arena that grows in powers of two and is never given back, the weights and
 * activations (2 KiB a pixel: 2.1 GB for 1024 x 1024). Processes that take turns hold all of it at once.
 */
const ON_GPU: Need = { base: 2e9, perWeightByte: 8, perPixel: 2048 };
/** Of the memory that is free now. */
const SHARE = 0.7;

/** How many bytes of models may be loaded at the same time, and what one model needs of them. */
interface MemoryBudget {
  readonly bytes: number;
  readonly need: Need;
  /** Only one process may be on the device, whatever is asked for. */
  readonly exclusive?: boolean;
}

/** The memory of the card, or of the instance of a divided one, where the driver tells of it; the machine's where both share it. */
export function memoryBudget(
  { provider }: DeviceRequest,
  device: Pick<DeviceWatch, 'card'> | null,
): MemoryBudget {
  const card = device?.card ?? null;
  const onCuda = provider === 'cuda' || provider === 'tensorrt';
  if (card === null) {
    // Of a card of CUDA that nobody tells of, one model at a time.
    return onCuda ? { bytes: 0, need: ON_GPU } : { bytes: SHARE * freemem(), need: ON_CPU };
  }
  const { gpu, instance, state } = card;
  const exclusive = isExclusive(card) ? { exclusive: true } : {};
  if (instance !== null) {
    // One whose size is not told neither by the table nor by its name is taken to have room for one model.
    const free = (instance.memoryBytes ?? 0) - (instance.usedBytes ?? 0);
    return { bytes: SHARE * free, need: ON_GPU, ...exclusive };
  }
  const free = gpu.memoryBytes === null ? freemem() : gpu.memoryBytes - (state?.memoryUsedBytes ?? 0);
  return { bytes: SHARE * free, need: ON_GPU, ...exclusive };
}

/** Models in their order, in groups that fit the budget, or of the size asked for; one by one where the device is exclusive. A group has one model at least. */
export function groupModels<T extends Pick<PassModel, 'bytes' | 'pixels'>>(
  models: readonly T[],
  together: TimeConfig['together'],
  { bytes, need, exclusive = false }: MemoryBudget,
): readonly (readonly T[])[] {
  const groups: T[][] = [];
  let used = 0;
  for (const model of models) {
    const needed = need.base + need.perWeightByte * model.bytes + need.perPixel * model.pixels;
    const group = groups.at(-1);
    const fits = together === 'auto' ? used + needed <= bytes : (group?.length ?? 0) < together;
    if (group !== undefined && fits && !exclusive) {
      group.push(model);
      used += needed;
    } else {
      groups.push([model]);
      used = needed;
    }
  }
  return groups;
}
