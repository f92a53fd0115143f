import type { DeviceRequest, Provider } from '../../device.js';
import { ENGINE_VERSION } from './engine.js';

export const PLATFORM = `${process.platform}/${process.arch}`;

/**
 * The platforms that onnxruntime-node has binaries for, and the providers in them; `cuda` and `tensorrt` are loaded by them, and come
 * with `maskbench gpu install`. A test reads the installed package's own files and lists. Its README names more (Intel Macs).
 */
export const OFFERED: Readonly<Record<string, readonly Provider[]>> = {
  'linux/x64': ['cpu', 'cuda', 'tensorrt', 'webgpu'],
  'linux/arm64': ['cpu'],
  'darwin/arm64': ['cpu', 'webgpu', 'coreml'],
  'win32/x64': ['cpu', 'webgpu', 'dml'],
  'win32/arm64': ['cpu', 'webgpu', 'dml'],
};

/** Why a platform has no such device, whatever is installed there; undefined where it may have. */
export function notOffered(
  { provider }: Pick<DeviceRequest, 'provider'>,
  platform = PLATFORM,
): { readonly reason: string; readonly remedy: string } | undefined {
  if (OFFERED[platform]?.includes(provider) === true) return undefined;
  const where = Object.keys(OFFERED).filter((one) => OFFERED[one]?.includes(provider) === true);
  return {
    reason: `onnxruntime-node ${ENGINE_VERSION} has no ${provider} for ${platform}`,
    remedy: `it is there for ${where.join(' and ')}`,
  };
}
