import { MaskbenchError } from '../core/errors.js';
import { hintFor } from '../core/names.js';

/** The ONNX Runtime execution providers that a run can ask for. */
export const PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Where inference is asked to run: a provider, and which of its devices. Written `cpu`, `cuda:1`, `webgpu`. */
export interface DeviceRequest {
  readonly provider: Provider;
  readonly index: number;
}

/**
 * Reads `cpu`, `cuda`, `cuda:0`, ...
 *
 * @throws MaskbenchError `usage` for anything else.
 */
export function parseDevice(text: string): DeviceRequest {
  const match = /^([a-z]+)(?::(\d{1,3}))?$/.exec(text);
  const provider = PROVIDERS.find((name) => name === match?.[1]);
  if (provider === undefined) {
    const expected = `expected one of ${PROVIDERS.join(', ')}, with an index where there are several (cuda:0)`;
    const [name = ''] = text.split(':');
    if (['rocm', 'migraphx'].includes(name)) {
      const reason =
        'onnxruntime-node has no provider for AMD cards alone; "--device webgpu" computes on them';
      throw new MaskbenchError('usage', `unknown device "${text}"`, { remedy: reason });
    }
    // What is amiss with a name that is right is the index; and "gpu" is no misspelt "cpu".
    const isMeant = name === 'gpu' || PROVIDERS.some((one) => one === name);
    throw new MaskbenchError('usage', `unknown device "${text}"`, {
      remedy: isMeant ? expected : hintFor(name, PROVIDERS, expected),
    });
  }
  return { provider, index: Number(match?.[2] ?? 0) };
}

/** `cpu`, `webgpu`, or `cuda:0` for providers that have numbered devices. */
export function formatDevice({ provider, index }: DeviceRequest): string {
  return provider === 'cuda' || provider === 'tensorrt' || index > 0 ? `${provider}:${index}` : provider;
}

/** What to do where a provider is unavailable, by provider. */
export const REMEDIES: Readonly<Record<Provider, string>> = {
  cpu: 'remove the folder "engines" of the cache; it is fetched again',
  cuda: 'needs Linux x64, an NVIDIA driver, and CUDA, which "maskbench gpu install" fetches (docs/gpu.md)',
  tensorrt:
    'needs what cuda needs, and TensorRT 10: "maskbench gpu install --tensorrt <folder>" (docs/gpu.md)',
  webgpu:
    'needs a Vulkan driver and its loader (libvulkan.so.1), Metal or Direct3D 12; one that needs no card: docs/gpu.md',
  coreml: 'needs macOS on an Apple processor',
  dml: 'needs Windows with DirectX 12',
};

/** The one error for a device that cannot be used; there is never a silent fallback to the CPU. */
export function deviceUnavailable(
  device: DeviceRequest,
  reason: string,
  { remedy = REMEDIES[device.provider], cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
): MaskbenchError {
  return new MaskbenchError(
    'device.unavailable',
    `device ${formatDevice(device)} is not available: ${reason}`,
    {
      remedy,
      cause,
    },
  );
}
