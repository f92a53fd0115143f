import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../../../src/core/errors.js';
import {
  listDevices,
  type Asking,
  type DeviceList,
} from '../../../../src/runners/onnx/devices/list-devices.js';
import { notOffered } from '../../../../src/runners/onnx/engine/platforms.js';
import { askNvidia } from '../../../../src/runners/onnx/devices/nvidia.js';
import { describeProcessor } from '../../../../src/runners/onnx/devices/processor.js';
import { answer, failure, nvidiaSmi } from './fixture.js';

const signal = new AbortController().signal;

/** A machine with these providers installed. */
function list(providers: readonly string[], asking: Partial<Asking> = {}): Promise<DeviceList> {
  return listDevices(signal, {
    nvidia: () => askNvidia(async () => ({ kind: 'missing' })),
    processes: async () => [],
    amd: async () => [],
    system: async () => [],
    processor: describeProcessor,
    env: {},
    offered: () => undefined,
    installed({ provider }) {
      if (!providers.includes(provider))
        throw new MaskbenchError('device.unavailable', 'no', { remedy: 'get it' });
    },
    attempt: async () => ({ kind: 'runs' }),
    ...asking,
  });
}

describe('the list of devices', () => {
  it('has the CPU, and of every other provider why it cannot be used and what would help', async () => {
    const { devices } = await list(['cpu']);
    expect(devices[0]).toMatchObject({ device: 'cpu', usable: true, reason: null, remedy: null });
    expect(devices.slice(1).map(({ device }) => device)).toEqual([
      'cuda:0',
      'tensorrt:0',
      'webgpu',
      'coreml',
      'dml',
    ]);
    for (const { usable, reason, remedy } of devices.slice(1)) {
      expect(usable).toBe(false);
      expect(reason).not.toBeNull();
      expect(remedy).not.toBeNull();
    }
    expect(devices[1]?.reason).toBe('nvidia-smi is not installed');
  });

  it('says of a provider that is not there for this platform where it is, and asks no driver for it', async () => {
    const { devices } = await list([], { offered: (request) => notOffered(request, 'linux/arm64') });
    const of = (name: string) => devices.find(({ device }) => device === name);
    for (const name of ['cuda:0', 'tensorrt:0']) {
      expect(of(name)?.reason).toMatch(/^onnxruntime-node .* has no (cuda|tensorrt) for linux\/arm64$/);
      expect(of(name)?.remedy).toBe('it is there for linux/x64');
    }
    expect(of('webgpu')?.remedy).toBe(
      'it is there for linux/x64 and darwin/arm64 and win32/x64 and win32/arm64',
    );
  });

  it('has a line per card where the driver finds cards, and says that the libraries are missing', async () => {
    const nvidia = () => askNvidia(nvidiaSmi(answer('nvidia-470-t4.csv')));
    const { devices, gpus } = await list(['cpu', 'webgpu'], { nvidia });
    expect(gpus).toHaveLength(2);
    const cuda = devices.filter(({ device }) => device.startsWith('cuda'));
    expect(cuda).toMatchObject([
      { device: 'cuda:0', usable: false, hardware: 'Tesla T4', remedy: 'get it' },
      { device: 'cuda:1' },
    ]);
    expect(cuda[0]?.reason).toMatch(/without cuda/);
  });

  it('has of several cards only those that CUDA sees, in its order, and the right names', async () => {
    const divided = () =>
      askNvidia(
        nvidiaSmi(answer('nvidia-550-a100-mig.csv'), { list: answer('nvidia-550-a100-mig-list.txt') }),
      );
    const cuda = async (visible: string | undefined) =>
      (
        await list(['cpu', 'cuda'], {
          nvidia: divided,
          env: visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible },
        })
      ).devices
        .filter(({ device }) => device.startsWith('cuda'))
        .map(({ device, hardware, usable }) => [device, hardware, usable]);
    expect(await cuda('1')).toEqual([['cuda:0', 'NVIDIA A100-SXM4-40GB', true]]);
    // one instance of a divided card is all that a process sees
    expect(await cuda(undefined)).toEqual([['cuda:0', 'NVIDIA A100-SXM4-40GB, 3g.20gb', true]]);
    expect(await cuda('MIG-0b0b')).toEqual([['cuda:0', 'NVIDIA A100-SXM4-40GB, 1g.5gb', true]]);
    for (const hidden of ['', '-1', '7', 'MIG-ffff']) {
      expect(await cuda(hidden)).toEqual([['cuda:0', null, false]]);
    }
    const { devices } = await list(['cpu', 'cuda'], { nvidia: divided, env: { CUDA_VISIBLE_DEVICES: '7' } });
    expect(devices[1]?.reason).toBe('CUDA_VISIBLE_DEVICES="7" names no card that nvidia-smi tells of');
  });

  it('says what cards do at the moment and who computes on them, and asks nobody where there is none', async () => {
    const nvidia = () => askNvidia(nvidiaSmi(answer('nvidia-550-l4.csv')));
    const found = [{ gpu: 'GPU-5c2f3a10-8d1b-4f0e-9a77-0c6d1f2e3b4a', pid: 7, memoryBytes: null }];
    const { states, processes } = await list(['cpu'], { nvidia, processes: async () => found });
    expect(states).toMatchObject([{ index: 0, temperatureC: 41, powerW: 16.62, smClockMhz: 210 }]);
    expect(processes).toEqual(found);
    const never = () => Promise.reject(new Error('asked'));
    expect(await list(['cpu'], { processes: never })).toMatchObject({ states: [], processes: [] });
  });

  it('says yes to a card only after a network ran on it', async () => {
    const nvidia = () => askNvidia(nvidiaSmi(answer('nvidia-550-l4.csv')));
    const runs = await list(['cpu', 'cuda'], { nvidia });
    expect(runs.devices.find(({ device }) => device === 'cuda:0')).toMatchObject({ usable: true });
    const fails = await list(['cpu', 'cuda'], {
      nvidia,
      attempt: async () => ({
        kind: 'fails',
        reason: 'libcudnn.so.9: cannot open',
        remedy: 'set LD_LIBRARY_PATH',
      }),
    });
    expect(fails.devices.find(({ device }) => device === 'cuda:0')).toMatchObject({
      usable: false,
      reason: 'libcudnn.so.9: cannot open',
      remedy: 'set LD_LIBRARY_PATH',
    });
  });

  it('explains a broken driver before it asks for libraries', async () => {
    const nvidia = () => askNvidia(nvidiaSmi(failure('nvidia-mismatch.txt', 18)));
    const { devices } = await list(['cpu', 'cuda'], { nvidia });
    expect(devices.find(({ device }) => device === 'cuda:0')?.reason).toMatch(/not the version/);
  });
});
