import { describe, expect, it } from 'vitest';
import { clockLimits } from '../../../../src/runners/onnx/devices/clock-limits.js';
import { parseNvidiaProcesses } from '../../../../src/runners/onnx/devices/nvidia-lists.js';
import { formatGpuMemory } from '../../../../src/runners/onnx/devices/gpu.js';
import { askNvidia, askNvidiaProcesses } from '../../../../src/runners/onnx/devices/nvidia.js';
import { answer, failure, nvidiaSmi } from './fixture.js';

const ask = (name: string, answers: Parameters<typeof nvidiaSmi>[1] = {}) =>
  askNvidia(nvidiaSmi(answer(name), answers));

describe('an NVIDIA card', () => {
  it('is told of with its name, memory, driver and what it is doing', async () => {
    const found = await ask('nvidia-590-h100-load.csv');
    const { columns, ...rest } = found.kind === 'gpus' ? found : { columns: [] };
    expect(columns).toContain('clocks_event_reasons.active');
    expect(columns).not.toContain('clocks_throttle_reasons.active');
    expect(rest).toEqual({
      kind: 'gpus',
      gpus: [
        {
          vendor: 'nvidia',
          index: 0,
          uuid: 'GPU-00000000-0000-0000-0000-000000000000',
          name: 'NVIDIA H100 80GB HBM3',
          driver: '590.48.01',
          memoryBytes: 81_559 * 2 ** 20,
          instances: null,
        },
      ],
      settings: [
        {
          computeMode: 'Default',
          persistence: 'Enabled',
          ecc: 'Enabled',
          powerLimitW: 700,
          defaultPowerLimitW: 700,
          maxSmClockMhz: 1980,
          maxMemoryClockMhz: 2619,
          notTold: [],
        },
      ],
      states: [
        {
          index: 0,
          memoryUsedBytes: 19_818 * 2 ** 20,
          utilization: 100,
          temperatureC: 59,
          // of the moment, not the mean over a second, which was 631.95
          powerW: 625.68,
          powerLimitW: 700,
          performanceState: 'P0',
          smClockMhz: 1980,
          memoryClockMhz: 2619,
          maxSmClockMhz: 1980,
          limits: [],
          limitsTold: true,
        },
      ],
    });
  });

  it.each([
    ['nvidia-550-l4.csv', '23 GB'],
    ['nvidia-550-h100-nvl.csv', '94 GB'],
    ['nvidia-470-t4.csv', '15 GB'],
    ['nvidia-550-a100-mig.csv', '40 GB'],
    ['nvidia-590-h200-idle.csv', '141 GB'],
  ])('of %s has the memory that people call it by', async (name, memory) => {
    const found = await ask(name);
    const bytes = found.kind === 'gpus' ? (found.gpus[0]?.memoryBytes ?? 0) : 0;
    expect(formatGpuMemory(bytes)).toBe(memory);
  });

  it('of an older driver is asked for what it knows, by former names too, and what it does not know is said', async () => {
    const found = await ask('nvidia-470-t4.csv');
    expect(found.kind === 'gpus' && found.columns).toContain('clocks_throttle_reasons.active');
    expect(found.kind === 'gpus' && found.settings[0]?.notTold).toEqual([
      'utilization.gpu',
      'power.draw.instant',
      'power.default_limit',
      'clocks.max.mem',
      'compute_mode',
      'persistence_mode',
      'ecc.mode.current',
    ]);
    expect(found).toMatchObject({
      kind: 'gpus',
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

  it('that does not tell something has null there, and no figure', async () => {
    expect(await ask('nvidia-390-k80.csv')).toMatchObject({
      gpus: [{ name: 'Tesla K80', memoryBytes: 11_441 * 2 ** 20, instances: null }],
      states: [
        {
          powerW: null,
          powerLimitW: null,
          smClockMhz: null,
          temperatureC: 55,
          limits: [],
          limitsTold: false,
        },
      ],
    });
  });

  it("that shares the machine's memory has no figure for it", async () => {
    expect(await ask('nvidia-580-gb10.csv')).toMatchObject({
      gpus: [{ name: 'NVIDIA GB10', driver: '580.95.05', memoryBytes: null }],
      states: [
        { memoryUsedBytes: null, smClockMhz: 2411, memoryClockMhz: null, limits: [], limitsTold: true },
      ],
    });
  });

  it('that is divided names its instances; the one beside it has none', async () => {
    const list = answer('nvidia-550-a100-mig-list.txt');
    expect(await ask('nvidia-550-a100-mig.csv', { list })).toMatchObject({
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

  it('that is divided tells the memory of its instances by the table alone', async () => {
    const list = answer('nvidia-590-h100-mig-list.txt');
    const table = answer('nvidia-590-h100-mig-load-table.txt');
    const told = await ask('nvidia-590-h100-mig-load.csv', { list, table });
    expect(told).toMatchObject({ states: [{ utilization: null, memoryUsedBytes: 11_125 * 2 ** 20 }] });
    const [card] = told.kind === 'gpus' ? told.gpus : [];
    expect(
      card?.instances?.map(({ profile, memoryBytes, usedBytes = 0 }) => [
        profile,
        (memoryBytes ?? 0) / 2 ** 20,
        usedBytes / 2 ** 20,
      ]),
    ).toEqual([
      ['3g.40gb', 40_448, 11_091],
      ['2g.20gb', 20_096, 17],
      ['1g.10gb', 9984, 9],
      ['1g.10gb', 9984, 9],
    ]);
  });

  it('names the processes that compute on it, with their memory where it is told', async () => {
    const run = nvidiaSmi(answer('nvidia-550-l4.csv'), { processes: answer('nvidia-processes.csv') });
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
    expect(clockLimits('0x00000000000000C8')?.map(({ reason }) => reason)).toEqual([
      'hardware slowdown',
      'hardware thermal slowdown',
      'hardware power brake',
    ]);
    expect(clockLimits('0x8000000000000001')).toEqual([
      { reason: 'idle', throttles: false },
      { reason: 'unknown reason 0x8000000000000000', throttles: true },
    ]);
  });

  it.each(['[N/A]', '', 'Not Active', '0x', '0xzz'])('that are no mask (%s) are not told', (mask) => {
    expect(clockLimits(mask)).toBeNull();
  });
});
