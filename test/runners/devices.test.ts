import { describe, expect, it } from 'vitest';
import { formatDevice } from '../../src/runners/device.js';
import { formatDevices, leadDevice, providersOf, resolveDevices } from '../../src/runners/devices.js';
import type { NvidiaAnswer } from '../../src/runners/onnx/devices/nvidia.js';

const none = async (): Promise<NvidiaAnswer> => ({ kind: 'none', reason: 'no driver', remedy: 'install it' });

describe('devices of a run', () => {
  it('are written in one way', () => {
    expect(formatDevices('cuda')).toBe('cuda:0');
    expect(formatDevices('cpu, webgpu')).toBe('cpu,webgpu');
    expect(formatDevices('cuda,cuda:1')).toBe('cuda:0,cuda:1');
    expect(formatDevices('cuda:all')).toBe('cuda:all');
    expect(() => formatDevices('cuda:0,cuda')).toThrow(/"cuda:0" is named twice/);
    expect(() => formatDevices('cpu,gpu')).toThrow(/unknown device "gpu"/);
    expect(() => formatDevices('webgpu:all')).toThrow(/unknown device "webgpu:all"/);
  });

  it('have their providers in a key, each once and in one order', () => {
    expect(providersOf('cuda:1')).toBe('cuda');
    expect(providersOf('cuda:0,cuda:1')).toBe('cuda');
    expect(providersOf('webgpu,cpu')).toBe(providersOf('cpu,webgpu'));
    expect(providersOf('cpu,webgpu')).toBe('cpu+webgpu');
    expect(formatDevice(leadDevice('cuda:all,cpu'))).toBe('cuda:0');
  });

  it('that are all of a host are asked for', async () => {
    expect(await resolveDevices('cpu,cuda:3', none)).toEqual([
      { provider: 'cpu', index: 0 },
      { provider: 'cuda', index: 3 },
    ]);
    await expect(resolveDevices('cuda:all', none)).rejects.toThrow(/cuda:all is not available: no driver/);
  });
});
