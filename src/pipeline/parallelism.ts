import { availableParallelism, freemem } from 'node:os';
import type { DeviceRequest } from '../runners/device.js';
import type { RunConfig } from '../store/config.js';

/** Memory that one process is taken to need: a base, and a few times the weights (measured: IS-Net fp16 1.0 GB). */
const BASE_BYTES = 1.2e9;
const BYTES_PER_WEIGHT_BYTE = 5;

export interface Parallelism {
  readonly processes: number;
  readonly threads: number;
}

/**
 * How the accuracy pass uses the machine. On a CPU several processes with one thread each beat one process with many
 * (0.58 against 0.51 images/s on two cores); on other devices one process feeds the device.
 */
export function divideCores(
  { processes, threads }: RunConfig['accuracy'],
  device: DeviceRequest,
  modelBytes: number,
  cells: number,
): Parallelism {
  const cores = availableParallelism();
  if (processes !== 'auto') {
    return { processes, threads: threads === 'auto' ? Math.max(1, Math.floor(cores / processes)) : threads };
  }
  if (device.provider !== 'cpu') return { processes: 1, threads: threads === 'auto' ? cores : threads };
  const fitting = Math.floor((freemem() * 0.8) / (BASE_BYTES + BYTES_PER_WEIGHT_BYTE * modelBytes));
  const wanted = threads === 'auto' ? cores : Math.floor(cores / threads);
  const count = Math.max(1, Math.min(wanted, fitting, cells));
  return { processes: count, threads: threads === 'auto' ? Math.max(1, Math.floor(cores / count)) : threads };
}
