import { afterAll, describe, expect, it } from 'vitest';
import { findCard, summariseCard, type FoundCard } from '../../../../src/runners/onnx/devices/card.js';
import {
  readingsOf,
  stretchesRead,
  throttlingIn,
  watchCard,
  type CardWatch,
} from '../../../../src/runners/onnx/devices/card-watch.js';
import { momentOf, watchNvidia, type GpuReading } from '../../../../src/runners/onnx/devices/nvidia-watch.js';
import { visibleCards } from '../../../../src/runners/onnx/devices/visible-cards.js';
import type { Hardware } from '../../../../src/store/hardware.js';
import { assertSameCard } from '../../../../src/store/hardware.js';
import { parseDevice } from '../../../../src/runners/device.js';
import { askNvidia } from '../../../../src/runners/onnx/devices/nvidia.js';
import { simulateNvidiaHost } from '../../../support/nvidia-host.js';
import { useTempFolders } from '../../../support/temp-folder.js';
import { answer, nvidiaSmi } from './fixture.js';

type Answers = Parameters<typeof nvidiaSmi>[1];
const nvidia =
  (name: string, answers: Answers = {}) =>
  () =>
    askNvidia(nvidiaSmi(answer(name), answers));
const find = (
  device: string,
  name: string,
  env: NodeJS.ProcessEnv = {},
  answers: Answers = {},
): Promise<FoundCard> => findCard(parseDevice(device), nvidia(name, answers), env);

const MIG = {
  list: answer('nvidia-590-h100-mig-list.txt'),
  table: answer('nvidia-590-h100-mig-idle-table.txt'),
};

describe('the card behind a device', () => {
  it('is the one that CUDA counts', async () => {
    expect(await find('cuda:1', 'nvidia-470-t4.csv')).toMatchObject({
      card: { gpu: { index: 1, name: 'Tesla T4' }, state: { temperatureC: 39 } },
    });
    for (const visible of ['1', 'GPU-6666', '1,0']) {
      expect(await find('cuda:0', 'nvidia-470-t4.csv', { CUDA_VISIBLE_DEVICES: visible })).toMatchObject({
        card: { gpu: { index: 1 } },
      });
    }
  });

  it('is an instance of a divided one, with its own memory, named by its uuid or the only one that CUDA sees', async () => {
    const named = await find(
      'cuda:0',
      'nvidia-590-h100-mig-idle.csv',
      { CUDA_VISIBLE_DEVICES: 'MIG-00000001' },
      MIG,
    );
    if (named.kind !== 'card') throw new Error('no card');
    expect(summariseCard(named.card)).toMatchObject({
      name: 'NVIDIA H100 80GB HBM3',
      memoryBytes: 81_559 * 2 ** 20,
      instance: { profile: '2g.20gb', memoryBytes: 20_096 * 2 ** 20 },
    });
    expect(await find('cuda:0', 'nvidia-590-h100-mig-idle.csv', {}, MIG)).toMatchObject({
      card: { instance: { profile: '3g.40gb' } },
    });
    expect(await find('cuda:1', 'nvidia-590-h100-mig-idle.csv', {}, MIG)).toMatchObject({
      kind: 'untold',
      canTell: true,
    });
  });

  it('is none that anybody tells of where CUDA_VISIBLE_DEVICES names what there is not', async () => {
    for (const visible of ['', '-1', '0,1', 'GPU-ffff', 'MIG-11111111']) {
      const device = visible === '0,1' ? 'cuda:1' : 'cuda:0';
      expect(await find(device, 'nvidia-590-h100-idle.csv', { CUDA_VISIBLE_DEVICES: visible })).toMatchObject(
        {
          kind: 'untold',
          canTell: true,
        },
      );
    }
  });

  it('of WebGPU is known only if there is one card and no other driver is named', async () => {
    expect(await find('webgpu', 'nvidia-550-l4.csv')).toMatchObject({ card: { gpu: { name: 'NVIDIA L4' } } });
    expect(await find('webgpu', 'nvidia-470-t4.csv')).toMatchObject({
      kind: 'untold',
      why: 'there are several cards',
    });
    for (const variable of ['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES']) {
      expect(await find('webgpu', 'nvidia-550-l4.csv', { [variable]: 'x.json' })).toMatchObject({
        kind: 'untold',
        canTell: false,
      });
    }
  });

  it('is untold without nvidia-smi, which could tell of a card of CUDA', async () => {
    const missing = () => askNvidia(async () => ({ kind: 'missing' }));
    expect(await findCard(parseDevice('cuda:0'), missing, {})).toEqual({
      kind: 'untold',
      why: 'nvidia-smi is not installed',
      canTell: true,
    });
    expect(await findCard(parseDevice('webgpu'), missing, {})).toMatchObject({
      kind: 'untold',
      canTell: false,
    });
  });

  it('is none of a CPU, and nobody is asked', async () => {
    const never = () => Promise.reject(new Error('asked'));
    expect(await findCard(parseDevice('cpu'), never, {})).toEqual({ kind: 'none' });
  });
});

describe('the cards that CUDA sees', () => {
  const card = (index: number, uuid: string) => ({
    vendor: 'nvidia' as const,
    index,
    uuid,
    name: 'x',
    driver: null,
    memoryBytes: 1,
    instances: null,
  });
  const two = [card(0, 'GPU-aa'), card(1, 'GPU-ab')];
  const seen = (visible: string | undefined) => visibleCards(two, visible).map(({ gpu }) => gpu.index);

  it('are those that CUDA_VISIBLE_DEVICES names, in its order, up to the first that there is not', () => {
    expect(seen(undefined)).toEqual([0, 1]);
    expect(seen('1,0')).toEqual([1, 0]);
    expect(seen(' GPU-ab , GPU-aa')).toEqual([1, 0]);
    expect(seen('1,5,0')).toEqual([1]);
    expect(seen('1,-1,0')).toEqual([1]);
    expect(seen('')).toEqual([]);
  });
});

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

describe('readings while a card was measured', () => {
  const heat = { reason: 'hardware thermal slowdown', throttles: true };

  it('name throttling once a reason; a power cap is how a card keeps to its rating', () => {
    expect(
      throttlingIn([
        reading({ reason: 'software power cap', throttles: false }),
        reading(heat),
        reading(heat),
      ]),
    ).toEqual(['hardware thermal slowdown']);
    expect(throttlingIn([reading()])).toEqual([]);
  });

  it('belong to the model whose turn it was, and to no other', () => {
    const told = [100, 300, 500, 700, 900].map((atMs) => ({ ...reading(), atMs }));
    const [ours, theirs] = [[[90, 520]], [[521, 1000]]] as const;
    expect(readingsOf(ours, told).map(({ atMs }) => atMs)).toEqual([100, 300, 500]);
    expect(readingsOf(theirs, told).map(({ atMs }) => atMs)).toEqual([700, 900]);
  });

  it('are missing in turns that are long enough for one', () => {
    const told = [100, 300].map((atMs) => ({ ...reading(), atMs }));
    expect(
      stretchesRead(
        [
          [0, 500],
          [500, 1000],
          [1000, 1010],
        ],
        told,
      ),
    ).toEqual({ long: 2, read: 1 });
  });

  it('were taken when the driver says, however late they are heard and in whichever time zone', () => {
    const heard = Date.UTC(2026, 6, 14, 8, 12, 40);
    expect(momentOf(heard - 3200, heard)).toBe(heard - 3200);
    for (const hours of [-8, 2, 5.75])
      expect(momentOf(heard - 3200 + hours * 3.6e6, heard)).toBe(heard - 3200);
    expect(momentOf(null, heard)).toBe(heard);
  });
});

const tempFolder = useTempFolders();
const watches: { stop(): void }[] = [];
afterAll(() => {
  for (const watch of watches) watch.stop();
});

/** The reader of a host whose nvidia-smi is a process of its own, and all other answers. */
async function watching(
  recording: string,
  {
    faults = {},
    answers = {},
    env = {},
  }: { faults?: object; answers?: Answers; env?: NodeJS.ProcessEnv } = {},
): Promise<CardWatch> {
  const found = await find('cuda:0', recording, env, answers);
  if (found.kind !== 'card') throw new Error('no card');
  const { card } = found;
  const folder = await tempFolder();
  await simulateNvidiaHost(folder, recording, faults);
  const reader = watchNvidia(card.gpu.uuid ?? '0', card.columns, `${folder}/nvidia-smi`);
  const watch = await watchCard(card, nvidiaSmi(answer(recording), answers), reader);
  watches.push(watch);
  return watch;
}

describe.runIf(process.platform !== 'win32')('a card that is watched', () => {
  it('tells five times a second, when it was asked', async () => {
    const watch = await watching('nvidia-590-h200-idle.csv');
    const from = Date.now();
    await expect
      .poll(() => watch.readingsDuring([[from, Date.now()]]).length, { timeout: 20_000 })
      .toBeGreaterThan(4);
    const told = watch.readingsDuring([[from, Date.now()]]);
    expect(told[0]).toMatchObject({
      utilization: 0,
      powerW: 78.21,
      limits: [{ reason: 'idle' }],
      limitsTold: true,
    });
    expect(new Set(told.map(({ atMs }) => atMs)).size).toBe(told.length);
  });

  it('that nobody uses has no use, little memory and an empty list', async () => {
    const watch = await watching('nvidia-590-h200-idle.csv');
    expect(await watch.lookWhileQuiet()).toEqual({ utilization: 0, memoryUsedBytes: 0, processes: [] });
  });

  it('that somebody uses shows it to a container, which gets an empty list, and to a host', async () => {
    const hidden = await watching('nvidia-590-h200-load.csv');
    expect(await hidden.lookWhileQuiet()).toEqual({
      utilization: 100,
      memoryUsedBytes: 32_362 * 2 ** 20,
      processes: [],
    });
    const open = await watching('nvidia-590-h200-load.csv', {
      answers: { processes: answer('nvidia-590-h200-processes.csv') },
    });
    expect(await open.lookWhileQuiet()).toMatchObject({ processes: [10_291, 10_293, 10_309] });
  });

  it('that is divided tells the memory of our instance, and no use and no processes of it', async () => {
    const watch = await watching('nvidia-590-h100-mig-load.csv', {
      answers: { ...MIG, processes: answer('nvidia-590-h200-processes.csv') },
      env: { CUDA_VISIBLE_DEVICES: 'MIG-00000001' },
    });
    expect(watch.divided).toBe(true);
    expect(await watch.lookWhileQuiet()).toEqual({
      utilization: null,
      memoryUsedBytes: 17 * 2 ** 20,
      processes: null,
    });
  });

  it('tells what a process of ours holds by its number, and who else is in the list', async () => {
    const processes = answer('nvidia-590-h200-processes.csv');
    const watch = await watching('nvidia-590-h200-load.csv', { answers: { processes } });
    expect(await watch.lookAt(10_309)).toEqual({
      memory: { bytes: 28_234 * 2 ** 20, by: 'process' },
      seen: true,
      listed: [10_291, 10_293, 10_309],
    });
  });

  it('tells it by the difference where the numbers are of another namespace, and else not at all', async () => {
    const answers: { processes?: ReturnType<typeof answer> } = {
      processes: answer('nvidia-590-h200-processes.csv'),
    };
    let recording = 'nvidia-590-h200-idle.csv';
    const found = await find('cuda:0', recording);
    if (found.kind !== 'card') throw new Error('no card');
    const reader = {
      pid: undefined,
      readings: () => [{ ...reading(), atMs: Date.now() }],
      stop: () => undefined,
    };
    const watch = await watchCard(
      found.card,
      (...asked) => nvidiaSmi(answer(recording), answers)(...asked),
      reader,
    );
    expect((await watch.lookAt(7)).memory).toBeNull();
    recording = 'nvidia-590-h200-load.csv';
    expect(await watch.lookAt(7)).toEqual({
      memory: { bytes: 32_362 * 2 ** 20, by: 'difference' },
      seen: false,
      listed: [],
    });
    // nothing has grown since
    expect((await watch.lookAt(8)).memory).toBeNull();
  });

  it('whose reader falls silent or ends has no readings from then on', async () => {
    for (const faults of [{ silentAfter: 3 }, { failsAfter: 3 }]) {
      const watch = await watching('nvidia-590-h200-idle.csv', { faults });
      await watch.lookWhileQuiet();
      const from = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(watch.readingsDuring([[from, Date.now()]])).toEqual([]);
    }
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
  const on = (name: string, uuid: string | null = null, profile?: string): Hardware => ({
    processor,
    gpu: {
      name,
      uuid,
      memoryBytes: 1,
      driver: null,
      ...(profile === undefined ? {} : { instance: { profile, uuid: `MIG-${uuid}`, memoryBytes: 1 } }),
    },
  });
  const same = (before: Hardware | undefined, now: Hardware | undefined, device = 'cuda:0') =>
    assertSameCard(device, before, now, 'runs/x');

  it('on another card is refused: its times would be mixed', () => {
    expect(() => same(on('NVIDIA L4'), on('NVIDIA H100 NVL'))).toThrow(/made on a NVIDIA L4/);
    expect(() => same(on('NVIDIA H100', 'a', '3g.40gb'), on('NVIDIA H100', 'a', '1g.10gb'))).toThrow(
      /made on a NVIDIA H100, 3g\.40gb, and this is a NVIDIA H100, 1g\.10gb/,
    );
    expect(same(on('NVIDIA L4'), on('NVIDIA L4'))).toBeUndefined();
  });

  it('where nobody tells of the card any more is refused, too', () => {
    expect(() => same(on('NVIDIA L4'), { processor })).toThrow(/nobody tells which card cuda:0 is/);
  });

  it('is continued with a word where it cannot be told, or on another card of the same kind', () => {
    expect(same({ processor }, { processor })).toMatch(/cannot be told whether cuda:0 is the same/);
    expect(same(undefined, on('NVIDIA L4'))).toMatch(/does not say which card/);
    expect(same(on('NVIDIA L4', 'a'), on('NVIDIA L4', 'b'))).toBe(
      'cuda:0 is another NVIDIA L4 than the run was begun on',
    );
    expect(same({ processor }, { processor }, 'cpu')).toBeUndefined();
  });
});
