import { describe, expect, it } from 'vitest';
import { findCard, readingsOf, throttlingIn } from '../../../../src/runners/onnx/devices/card.js';
import { assertSameCard } from '../../../../src/store/hardware.js';
import { parseDevice } from '../../../../src/runners/device.js';
import { askNvidia } from '../../../../src/runners/onnx/devices/nvidia.js';
import type { GpuReading } from '../../../../src/runners/onnx/devices/nvidia-watch.js';
import { answer, nvidiaSmi } from './fixture.js';

const nvidia = (name: string) => () => askNvidia(nvidiaSmi(answer(name)));

describe('the card behind a device', () => {
  it('is the one that CUDA counts', async () => {
    const card = await findCard(parseDevice('cuda:1'), nvidia('nvidia-470-t4.csv'), {});
    expect(card).toMatchObject({ gpu: { index: 1, name: 'Tesla T4' }, state: { temperatureC: 39 } });
    const visible = { CUDA_VISIBLE_DEVICES: '1' };
    expect(await findCard(parseDevice('cuda:0'), nvidia('nvidia-470-t4.csv'), visible)).toMatchObject({
      gpu: { index: 1 },
    });
  });

  it('of WebGPU is known only if there is one card and no other driver is named', async () => {
    const device = parseDevice('webgpu');
    expect(await findCard(device, nvidia('nvidia-550-l4.csv'), {})).toMatchObject({
      gpu: { name: 'NVIDIA L4' },
    });
    expect(await findCard(device, nvidia('nvidia-470-t4.csv'), {})).toBeNull();
    for (const variable of ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES']) {
      expect(await findCard(device, nvidia('nvidia-550-l4.csv'), { [variable]: 'x.json' })).toBeNull();
    }
  });

  it('is none of a CPU, and nobody is asked', async () => {
    const never = () => Promise.reject(new Error('asked'));
    expect(await findCard(parseDevice('cpu'), never, {})).toBeNull();
  });
});

describe('throttling while a card was measured', () => {
  const reading = (...limits: GpuReading['limits'][number][]): GpuReading => ({
    atMs: 0,
    index: 0,
    memoryUsedBytes: null,
    temperatureC: 80,
    powerW: null,
    powerLimitW: null,
    performanceState: 'P0',
    smClockMhz: 1000,
    memoryClockMhz: null,
    maxSmClockMhz: 2000,
    limits,
  });
  const heat = { reason: 'hardware thermal slowdown', throttles: true };

  it('is told once a reason; a power cap is how a card keeps to its rating', () => {
    expect(
      throttlingIn([
        reading({ reason: 'software power cap', throttles: false }),
        reading(heat),
        reading(heat),
      ]),
    ).toEqual(['hardware thermal slowdown']);
    expect(throttlingIn([reading()])).toEqual([]);
  });

  it('is unknown without a reading', () => {
    expect(throttlingIn([])).toBe('untold');
  });

  it('is looked for within stretches, and a second around them: they can be shorter than readings lie apart', () => {
    const told = [1000, 2000, 3000, 4000, 5000, 6000].map((atMs) => ({ ...reading(), atMs }));
    const kept = readingsOf(
      [
        [2400, 2500],
        [4999, 5001],
      ],
      told,
    );
    expect(kept.map(({ atMs }) => atMs)).toEqual([2000, 3000, 4000, 5000, 6000]);
  });
});

describe('a run that is resumed', () => {
  const processor = {
    physicalCores: null,
    sockets: null,
    caches: [],
    virtual: null,
    limits: { cores: null, memoryBytes: null },
  };
  const on = (name: string) => ({ processor, gpu: { name, uuid: null, memoryBytes: 1, driver: null } });

  it('on another card is refused: its times would be mixed', () => {
    expect(() => assertSameCard(on('NVIDIA L4'), on('NVIDIA H100 NVL'), 'runs/x')).toThrow(
      /made on a NVIDIA L4/,
    );
    expect(() => assertSameCard(on('NVIDIA L4'), on('NVIDIA L4'), 'runs/x')).not.toThrow();
    expect(() => assertSameCard(undefined, on('NVIDIA L4'), 'runs/x')).not.toThrow();
  });
});
