import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CardWatch } from '../../../../src/runners/onnx/devices/card-watch.js';
import type { Card } from '../../../../src/runners/onnx/devices/card.js';
import {
  countDuring,
  type EnergyStretch,
  type FoundCounter,
} from '../../../../src/runners/onnx/energy/counter.js';
import { openNvml } from '../../../../src/runners/onnx/energy/nvml.js';
import { watchDevice } from '../../../../src/runners/onnx/seal/device-watch.js';
import { setEnvironment } from '../../../support/software-gpu.js';
import { useTempFolders } from '../../../support/temp-folder.js';
import { compileNvml, whyNoTinyCuda } from '../../../support/tiny-cuda.js';

const tempFolder = useTempFolders();
const missing = await whyNoTinyCuda();

const CARD: Card = {
  gpu: {
    vendor: 'nvidia',
    index: 0,
    uuid: 'GPU-1',
    name: 'NVIDIA Stub',
    driver: '580.1',
    memoryBytes: 2 ** 34,
    instances: null,
  },
  instance: null,
  state: undefined,
  settings: undefined,
  columns: [],
};

const open: FoundCounter[] = [];
let restore = (): void => undefined;
afterEach(() => {
  for (const found of open.splice(0)) if (found.kind === 'counter') found.counter.stop();
  restore();
});

/** What a driver with this stub of NVML tells. */
async function withStub(stub: Readonly<Record<string, string>>, library = true): Promise<void> {
  const folder = await tempFolder();
  if (library) await compileNvml(folder);
  restore = setEnvironment({ LD_LIBRARY_PATH: folder, ...stub });
}

async function openStub(
  stub: Readonly<Record<string, string>>,
  card: Partial<Card> = {},
): Promise<FoundCounter> {
  await withStub(stub);
  const found = await openNvml({ ...CARD, ...card });
  open.push(found);
  return found;
}

describe(`the counter of a card${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing)('is read at both ends of a stretch, to the millijoule', async () => {
    const found = await openStub({ STUB_NVML_JOULES: '12.345' });
    expect(found).toMatchObject({
      kind: 'counter',
      counter: { by: 'nvml', of: 'the card', pid: expect.any(Number) },
    });
    const stretches: EnergyStretch[] = [];
    for (let i = 0; i < 3; i++) await countDuring(found, stretches, async () => undefined);
    // one reading before the work and one behind it
    for (const { grown } of stretches)
      expect(grown).toEqual({ kind: 'joules', joules: expect.closeTo(12.345, 2) });
  });

  it.skipIf(missing)('grows with the time at the rate that the card takes', async () => {
    const found = await openStub({ STUB_NVML_WATTS: '250' });
    const stretches: EnergyStretch[] = [];
    await countDuring(found, stretches, () => sleep(500));
    const [{ grown, durationMs }] = stretches;
    const watts = grown?.kind === 'joules' ? (1000 * grown.joules) / durationMs : 0;
    // the readings lie a little outside of the stretch, and a busy machine makes that more
    expect(watts).toBeGreaterThan(249);
    expect(watts).toBeLessThan(400);
  });

  it.skipIf(missing).each([
    [
      'does not have it (cards before Volta)',
      { STUB_NVML_ENERGY: '3' },
      /nvmlDeviceGetTotalEnergyConsumption: Not Supported/,
    ],
    ['cannot be opened', { STUB_NVML_INIT: '999' }, /nvmlInit_v2: Unknown Error/],
  ])('is not known where the driver %s', async (_, stub, reason) => {
    expect(await openStub(stub)).toEqual({ kind: 'none', reason: expect.stringMatching(reason) });
  });

  it.skipIf(missing).each([
    ['another card', { gpu: { ...CARD.gpu, uuid: 'MIG-1' } }, /nvmlDeviceGetHandleByUUID/],
    ['a card without a uuid', { gpu: { ...CARD.gpu, uuid: null } }, /no uuid/],
    [
      'an instance of a divided card',
      { instance: { profile: '1g.5gb', uuid: 'MIG-1', device: 0, memoryBytes: null } },
      /the whole card.s, and this is an instance/,
    ],
  ])('is not known of %s', async (_, card, reason) => {
    expect(await openStub({}, card)).toEqual({ kind: 'none', reason: expect.stringMatching(reason) });
  });

  it.skipIf(missing)('is not known without the library, or without Python', async () => {
    await withStub({}, false);
    expect(await openNvml(CARD)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/libnvidia-ml\.so\.1/),
    });
    expect(await openNvml(CARD, 'no-such-python')).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/read by no-such-python, which is not installed/),
    });
  });

  it.skipIf(missing).each([
    ['goes backwards, as after a reset', { STUB_NVML_RESET_AFTER: '2' }, /went backwards: it was reset/],
    ['is lost with its card', { STUB_NVML_FAILS_AFTER: '2' }, /GPU is lost/],
  ])('says so where it %s', async (_, stub, reason) => {
    const found = await openStub({ STUB_NVML_JOULES: '1', ...stub });
    const stretches: EnergyStretch[] = [];
    for (let i = 0; i < 2; i++) await countDuring(found, stretches, async () => undefined);
    expect(stretches[0].grown).toEqual({ kind: 'lost', reason: expect.stringMatching(reason) });
  });

  it.skipIf(missing)('is lost with the process that reads it', async () => {
    const found = await openStub({});
    if (found.kind !== 'counter') throw new Error(found.reason);
    process.kill(found.counter.pid ?? Number.NaN, 'SIGKILL');
    expect(await found.counter.read()).toMatchObject({
      kind: 'lost',
      reason: expect.stringMatching(/has ended/),
    });
    expect(await found.counter.read()).toMatchObject({ kind: 'lost' });
  });
});

/** A card that is read by nobody else. */
const QUIET: CardWatch = {
  pid: 1,
  divided: false,
  lookWhileQuiet: async () => ({ utilization: 0, memoryUsedBytes: 0, processes: [] }),
  readingsDuring: () => [],
  lookAt: async () => ({ memory: null, seen: false, listed: [] }),
  stop: () => undefined,
};

describe('the energy of a card while models are timed', () => {
  it.skipIf(missing)('is that of the recorded stretches, by the driver\u2019s counter', async () => {
    await withStub({ STUB_NVML_JOULES: '30' });
    const find = async () => ({ kind: 'card', card: CARD }) as const;
    const watch = await watchDevice({ provider: 'cuda', index: 0 }, find, async () => QUIET);
    open.push(watch.energy);
    expect(watch.helpers).toHaveLength(2);
    await watch.whileIdle(() => sleep(300));
    const turns: EnergyStretch[] = [];
    for (let i = 0; i < 2; i++) await countDuring(watch.energy, turns, () => sleep(300));
    expect(watch.round().energy(turns)).toMatchObject({ kind: 'measured', by: 'nvml', joules: 60 });
    watch.stop();
  });

  it.skipIf(missing)(
    'is not known where nobody tells of the card, with why, and nothing is started',
    async () => {
      const find = async () =>
        ({ kind: 'untold', why: 'nvidia-smi is not installed', canTell: true }) as const;
      const watch = await watchDevice({ provider: 'cuda', index: 0 }, find);
      expect(watch.helpers).toEqual([]);
      const turns: EnergyStretch[] = [];
      await countDuring(watch.energy, turns, async () => undefined);
      expect(watch.round().energy(turns)).toEqual({
        kind: 'not known',
        reason: 'of the card: nvidia-smi is not installed',
      });
    },
  );
});
