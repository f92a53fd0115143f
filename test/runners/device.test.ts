import { describe, expect, it } from 'vitest';
import { describeError, exitStatusOf } from '../../src/core/errors.js';
import { deviceUnavailable, formatDevice, parseDevice, PROVIDERS } from '../../src/runners/device.js';
import { assertDeviceAvailable } from '../../src/runners/onnx/ort-session.js';

describe('a device', () => {
  it.each([
    ['cpu', 'cpu', 0],
    ['cuda', 'cuda', 0],
    ['cuda:0', 'cuda', 0],
    ['cuda:12', 'cuda', 12],
    ['tensorrt:1', 'tensorrt', 1],
    ['webgpu', 'webgpu', 0],
    ['coreml', 'coreml', 0],
    ['dml:1', 'dml', 1],
  ])('is read from "%s"', (text, provider, index) => {
    expect(parseDevice(text)).toEqual({ provider, index });
  });

  it.each(['gpu', 'CUDA', 'cuda:', 'cuda:x', 'cuda:-1', 'cuda:0:1', ' cpu', 'cpu\n', '', 'cuda:1234'])(
    'is not read from %j, and the message names the nearest or what there is',
    (text) => {
      let line = '';
      try {
        parseDevice(text);
      } catch (error) {
        expect(exitStatusOf(error)).toBe(64);
        line = describeError(error);
      }
      expect(line).toMatch(
        /; (expected one of cpu, cuda, tensorrt, webgpu, coreml, dml|did you mean "(cpu|cuda)"\?)/,
      );
      expect(line).not.toContain('\n');
    },
  );

  it('is written in one way, so that "cuda" and "cuda:0" are the same device', () => {
    for (const provider of PROVIDERS) {
      for (const index of [0, 1]) {
        expect(parseDevice(formatDevice({ provider, index }))).toEqual({ provider, index });
      }
    }
    expect(formatDevice(parseDevice('cuda'))).toBe('cuda:0');
    expect(formatDevice(parseDevice('cpu:0'))).toBe('cpu');
  });
});

describe('a device that is not to be had', () => {
  it.each([
    ['cuda', /NVIDIA driver.*maskbench gpu install/],
    ['tensorrt', /TensorRT 10.*maskbench gpu install --tensorrt/],
    ['webgpu', /Vulkan driver .*Metal or Direct3D 12/],
    ['coreml', /macOS/],
    ['dml', /Windows/],
  ] as const)('says for %s why, and what would help', (provider, remedy) => {
    const error = deviceUnavailable({ provider, index: 0 }, 'there is none');
    expect(describeError(error)).toMatch(/^device \w+(:0)? is not available: there is none; needs /);
    expect(describeError(error)).toMatch(remedy);
    expect(exitStatusOf(error)).toBe(69);
  });

  it('is refused before anything falls back to the CPU', () => {
    const elsewhere = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(() => assertDeviceAvailable({ provider: elsewhere, index: 0 })).toThrow(
      / has no (coreml|dml) for /,
    );
  });

  it('is never the CPU', () => {
    expect(() => assertDeviceAvailable({ provider: 'cpu', index: 0 })).not.toThrow();
  });
});
