import { describe, expect, it } from 'vitest';
import {
  clockLimits,
  parseNvidiaCsv,
  parseNvidiaProcesses,
} from '../../../../src/runners/onnx/devices/nvidia-csv.js';
import { formatGpuMemory } from '../../../../src/runners/onnx/devices/gpu.js';
import { askNvidia, askNvidiaProcesses } from '../../../../src/runners/onnx/devices/nvidia.js';
import { answer, failure, nvidiaSmi, oldNvidiaSmi, recorded } from './fixture.js';

describe('an NVIDIA card', () => {
  it('is told of with its name, memory, driver and what it is doing', async () => {
    const found = await askNvidia(nvidiaSmi(answer('nvidia-550-l4.csv')));
    expect(found).toEqual({
      kind: 'gpus',
      limits: 'clocks_event_reasons.active',
      gpus: [
        {
          vendor: 'nvidia',
          index: 0,
          uuid: 'GPU-5c2f3a10-8d1b-4f0e-9a77-0c6d1f2e3b4a',
          name: 'NVIDIA L4',
          driver: '550.90.07',
          memoryBytes: 23_034 * 2 ** 20,
          instances: null,
        },
      ],
      states: [
        {
          index: 0,
          memoryUsedBytes: 4 * 2 ** 20,
          temperatureC: 41,
          powerW: 16.62,
          powerLimitW: 72,
          performanceState: 'P8',
          smClockMhz: 210,
          memoryClockMhz: 405,
          maxSmClockMhz: 2040,
          limits: [{ reason: 'idle', throttles: false }],
        },
      ],
    });
  });

  it('has the memory that people call it by', () => {
    const memoryOf = (name: string): string | undefined => {
      const bytes = parseNvidiaCsv(recorded(name))[0]?.gpu.memoryBytes;
      return bytes == null ? undefined : formatGpuMemory(bytes);
    };
    expect(memoryOf('nvidia-550-l4.csv')).toBe('23 GB');
    expect(memoryOf('nvidia-550-h100-nvl.csv')).toBe('94 GB');
    expect(memoryOf('nvidia-470-t4.csv')).toBe('15 GB');
    expect(memoryOf('nvidia-550-a100-mig.csv')).toBe('40 GB');
  });

  it('of an older driver is asked for its clock limits by their former name', async () => {
    const found = await askNvidia(oldNvidiaSmi(answer('nvidia-470-t4.csv')));
    expect(found).toMatchObject({
      kind: 'gpus',
      limits: 'clocks_throttle_reasons.active',
      gpus: [{ index: 0, driver: '470.256.02' }, { index: 1 }],
      states: [
        {
          temperatureC: 83,
          limits: [
            { reason: 'software power cap', throttles: false },
            { reason: 'software thermal slowdown', throttles: true },
          ],
        },
        { limits: [{ reason: 'idle', throttles: false }] },
      ],
    });
  });

  it('that does not tell something has null there, and no figure', () => {
    const [row] = parseNvidiaCsv(recorded('nvidia-390-k80.csv'));
    expect(row).toMatchObject({
      gpu: { name: 'Tesla K80', memoryBytes: 11_441 * 2 ** 20 },
      divided: false,
      state: { powerW: null, powerLimitW: null, smClockMhz: null, temperatureC: 55, limits: [] },
    });
  });

  it("that shares the machine's memory has no figure for it", () => {
    const [row] = parseNvidiaCsv(recorded('nvidia-580-gb10.csv'));
    expect(row).toMatchObject({
      gpu: { name: 'NVIDIA GB10', driver: '580.95.05', memoryBytes: null },
      state: { memoryUsedBytes: null, smClockMhz: 2411, memoryClockMhz: null, limits: [] },
    });
  });

  it('that is divided names its instances; the one beside it has none', async () => {
    const run = nvidiaSmi(answer('nvidia-550-a100-mig.csv'), answer('nvidia-550-a100-mig-list.txt'));
    expect(await askNvidia(run)).toMatchObject({
      gpus: [
        {
          instances: [
            { profile: '3g.20gb', uuid: 'MIG-0a0a0a0a-1111-5222-8333-444444444444' },
            { profile: '1g.5gb', uuid: 'MIG-0b0b0b0b-1111-5222-8333-444444444444' },
          ],
        },
        { instances: null },
      ],
    });
  });

  it('names the processes that compute on it, with their memory where it is told', async () => {
    const run = nvidiaSmi(answer('nvidia-550-l4.csv'), undefined, answer('nvidia-processes.csv'));
    const gpu = 'GPU-5c2f3a10-8d1b-4f0e-9a77-0c6d1f2e3b4a';
    expect(await askNvidiaProcesses(run)).toEqual([
      { gpu, pid: 4242, memoryBytes: 3180 * 2 ** 20 },
      { gpu, pid: 777, memoryBytes: null },
    ]);
    expect(parseNvidiaProcesses('[Not Supported]\n')).toEqual([]);
  });
});

describe('no NVIDIA card is explained', () => {
  it.each([
    ['a driver that is not loaded', failure('nvidia-no-driver.txt', 9), /driver is not running/, /modprobe/],
    ['a driver that was updated', failure('nvidia-mismatch.txt', 18), /not the version/, /reboot/],
    ['a driver without cards', failure('nvidia-no-devices.txt', 6), /finds no card/, /lspci/],
    ['a user without rights', failure('nvidia-permissions.txt', 4), /may not query/, /\/dev\/nvidia/],
    ['a card that fell off the bus', failure('nvidia-lost.txt', 255), /no longer answers/, /reset/],
    ['a missing tool', { kind: 'missing' } as const, /not installed/, /--gpus all/],
    [
      'anything else',
      { kind: 'failed', status: 1, text: 'strange\nthings' } as const,
      /says: strange/,
      /by hand/,
    ],
  ])('for %s', async (_name, said, reason, remedy) => {
    const found = await askNvidia(nvidiaSmi(said));
    expect(found).toMatchObject({ kind: 'none' });
    expect(found.kind === 'none' && found.reason).toMatch(reason);
    expect(found.kind === 'none' && found.remedy).toMatch(remedy);
  });

  it('also where the tool answers with words instead of rows', async () => {
    expect(await askNvidia(nvidiaSmi(answer('nvidia-no-devices.txt')))).toMatchObject({
      reason: 'the NVIDIA driver runs but finds no card',
    });
  });
});

describe('clock limits', () => {
  it('are read bit by bit, and an unknown one counts as throttling', () => {
    expect(clockLimits('0x0000000000000000')).toEqual([]);
    expect(clockLimits('0x00000000000000C8').map(({ reason }) => reason)).toEqual([
      'hardware slowdown',
      'hardware thermal slowdown',
      'hardware power brake',
    ]);
    expect(clockLimits('0x8000000000000001')).toEqual([
      { reason: 'idle', throttles: false },
      { reason: 'unknown reason 0x8000000000000000', throttles: true },
    ]);
  });

  it.each(['[N/A]', '', 'Not Active', '0x', '0xzz'])('that are no mask (%s) are none', (mask) => {
    expect(clockLimits(mask)).toEqual([]);
  });
});
