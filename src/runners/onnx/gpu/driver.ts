import { readFile } from 'node:fs/promises';
import { MaskbenchError } from '../../../core/errors.js';
import { askNvidia, type NvidiaAnswer } from '../devices/nvidia.js';
import { CUDA_MAJORS, type CudaMajor, GPU_SETS } from './pins.js';

/** NVIDIA's driver as it tells of itself. */
export type Driver =
  | { readonly kind: 'found'; readonly version: string; readonly from: string }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

const KERNEL_FILE = '/proc/driver/nvidia/version';

/** Asks nvidia-smi, and the kernel where that does not tell. */
export async function findDriver(
  ask: () => Promise<NvidiaAnswer> = askNvidia,
  kernelFile = KERNEL_FILE,
): Promise<Driver> {
  const nvidia = await ask();
  const told = nvidia.kind === 'gpus' ? nvidia.gpus.find(({ driver }) => driver !== null)?.driver : undefined;
  if (typeof told === 'string') return { kind: 'found', version: told, from: 'nvidia-smi' };
  const text = await readFile(kernelFile, 'utf8').catch(() => '');
  const version = /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)*)\s/m.exec(text)?.[1];
  if (version !== undefined) return { kind: 'found', version, from: kernelFile };
  return nvidia.kind === 'none'
    ? { kind: 'none', reason: nvidia.reason, remedy: nvidia.remedy }
    : {
        kind: 'none',
        reason: 'the NVIDIA driver does not tell its version',
        remedy: 'run "nvidia-smi" by hand',
      };
}

/**
 * The newest CUDA that a driver runs.
 *
 * @throws MaskbenchError `device.unavailable` without a driver, or with one that is too old for any.
 */
export function cudaFor(driver: Driver): CudaMajor {
  if (driver.kind === 'none') {
    throw new MaskbenchError('device.unavailable', `there is no NVIDIA driver here: ${driver.reason}`, {
      remedy: `${driver.remedy}; for an image that is used elsewhere name what its driver runs: --cuda ${CUDA_MAJORS.join(' or --cuda ')}`,
    });
  }
  const major = CUDA_MAJORS.find((cuda) => runs(driver.version, cuda));
  if (major !== undefined) return major;
  const least = Math.min(...CUDA_MAJORS.map((cuda) => GPU_SETS[cuda].leastDriver));
  throw new MaskbenchError('device.unavailable', `the NVIDIA driver ${driver.version} is too old`, {
    remedy: `CUDA 12 needs ${least} or newer, CUDA 13 needs ${GPU_SETS[13].leastDriver} or newer`,
  });
}

export function runs(version: string, cuda: CudaMajor): boolean {
  return Number.parseInt(version, 10) >= GPU_SETS[cuda].leastDriver;
}
