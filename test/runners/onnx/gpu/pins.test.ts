import { describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../../../../src/runners/onnx/engine/engine.js';
import { CUDA_MAJORS, GPU_SETS, wheelName } from '../../../../src/runners/onnx/gpu/pins.js';

const wheels = CUDA_MAJORS.flatMap((cuda) => {
  const { provider, libraries } = GPU_SETS[cuda];
  return provider === 'nuget' ? libraries : [provider, ...libraries];
});

describe('the pinned wheels', () => {
  it('have a provider of the version of ONNX Runtime that is used', () => {
    const provider = GPU_SETS[13].provider;
    expect(provider === 'nuget' ? null : wheelName(provider.file)).toMatchObject({
      name: 'onnxruntime-gpu',
      version: ENGINE_VERSION,
    });
  });

  it('are each one file for Linux x64, by its sum', () => {
    expect(wheels.length).toBeGreaterThan(10);
    for (const { file, sha256, bytes, keptBytes } of wheels) {
      const { name, version, abi, platform } = wheelName(file);
      expect(name).toMatch(/^(onnxruntime-gpu|nvidia-[a-z0-9-]+)$/);
      expect(version).toMatch(/^\d+(\.\d+)+$/);
      expect(abi).toMatch(/^(none|cp312)$/);
      expect(platform).toMatch(/^manylinux\w+_x86_64$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      // Less is kept only of one that holds headers, too.
      expect(keptBytes).toBeGreaterThan(bytes / 5);
    }
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  });
});
