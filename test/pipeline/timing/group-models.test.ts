import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { groupModels, memoryBudget } from '../../../src/pipeline/timing/group-models.js';
import { parseDevice } from '../../../src/runners/device.js';
import { type Card, findCard } from '../../../src/runners/onnx/devices/card.js';
import { askNvidia } from '../../../src/runners/onnx/devices/nvidia.js';
import { allowedProcesses } from '../../../src/runners/onnx/session.js';
import type { RunEvent } from '../../../src/schema/events.js';
import { answer, nvidiaSmi } from '../../runners/onnx/devices/fixture.js';

const models = (...megabytes: readonly number[]) =>
  megabytes.map((mb, i) => ({ name: `m${i}`, bytes: mb * 1e6, pixels: 1024 ** 2 }));
const sizes = (groups: readonly (readonly unknown[])[]): readonly number[] =>
  groups.map(({ length }) => length);

describe('models that take turns', () => {
  it('are as many as fit into memory, in their order', () => {
    const budget = { bytes: 9e9, need: { base: 1e9, perWeightByte: 5, perPixel: 0 } };
    expect(sizes(groupModels(models(176, 179, 973, 973), 'auto', budget))).toEqual([2, 1, 1]);
    expect(sizes(groupModels(models(5, 5, 5, 5), 'auto', budget))).toEqual([4]);
  });

  it('are one at least, however large it is', () => {
    expect(
      sizes(
        groupModels(models(9000, 9000), 'auto', {
          bytes: 1,
          need: { base: 1, perWeightByte: 1, perPixel: 0 },
        }),
      ),
    ).toEqual([1, 1]);
  });

  it('are as many as asked for', () => {
    const budget = { bytes: 0, need: { base: 0, perWeightByte: 0, perPixel: 0 } };
    expect(sizes(groupModels(models(1, 1, 1), 2, budget))).toEqual([2, 1]);
    expect(sizes(groupModels(models(1, 1, 1), 1, budget))).toEqual([1, 1, 1]);
  });

  it('need more the larger the picture is that they are fed', () => {
    const budget = { bytes: 5e9, need: { base: 1e9, perWeightByte: 0, perPixel: 2000 } };
    expect(sizes(groupModels(models(1, 1), 'auto', budget))).toEqual([1, 1]);
    const small = models(1, 1).map((model) => ({ ...model, pixels: 320 ** 2 }));
    expect(sizes(groupModels(small, 'auto', budget))).toEqual([2]);
  });

  it('share the memory of the card that they run on, less what is used of it', async () => {
    const { bytes } = memoryBudget(parseDevice('cuda:0'), await device('nvidia-590-h100-load.csv'));
    expect(bytes).toBeCloseTo(0.7 * (81_559 - 19_818) * 2 ** 20, -3);
    const onCpu = memoryBudget(parseDevice('cpu'), { card: null });
    const unknown = memoryBudget(parseDevice('webgpu'), { card: null });
    expect(onCpu.need).toEqual(unknown.need);
    // a card that shares the machine's memory, and tells of none
    const shared = memoryBudget(parseDevice('cuda:0'), await device('nvidia-580-gb10.csv'));
    expect(shared.bytes).toBeLessThanOrEqual(totalmem());
    expect(shared.need.base).toBeGreaterThan(onCpu.need.base);
  });

  it('share the memory of an instance of a divided card, and not the card\u2019s', async () => {
    const instance = async (answers: object, visible?: string) =>
      memoryBudget(parseDevice('cuda:0'), await device('nvidia-590-h100-mig-load.csv', answers, visible))
        .bytes /
      2 ** 20;
    const list = answer('nvidia-590-h100-mig-list.txt');
    const table = answer('nvidia-590-h100-mig-load-table.txt');
    expect(await instance({ list, table })).toBeCloseTo(0.7 * (40_448 - 11_091), 6);
    expect(await instance({ list, table }, 'MIG-00000002')).toBeCloseTo(0.7 * (9984 - 9), 6);
    // without the table by the name, carefully: 1g.10gb has 9,984 MiB
    expect(await instance({ list }, 'MIG-00000002')).toBeCloseTo(0.7 * 0.85 * 10 * 1024, 6);
  });

  it('come one by one where nobody tells of the card, and where the driver lets only one process on it', async () => {
    const none = memoryBudget(parseDevice('cuda:0'), { card: null });
    expect(sizes(groupModels(models(5, 5), 'auto', none))).toEqual([1, 1]);
    const found = await device('nvidia-590-h100-idle.csv');
    const settings = found.card?.settings;
    if (found.card === null || settings === undefined) throw new Error('no card');
    const exclusive = {
      card: { ...found.card, settings: { ...settings, computeMode: 'Exclusive_Process' } },
    };
    const said: string[] = [];
    const emit = (event: RunEvent): void =>
      void said.push(event.kind === 'warning' ? event.message : event.kind);
    const on = { device: parseDevice('cuda:0'), emit };
    expect(await allowedProcesses(3, on, async () => ({ kind: 'card', card: exclusive.card }))).toBe(1);
    expect(said).toEqual(['cuda:0 is in exclusive mode: one process at a time instead of 3']);
    for (const together of ['auto', 4] as const) {
      const one = memoryBudget(parseDevice('cuda:0'), exclusive);
      expect(sizes(groupModels(models(5, 5), together, one))).toEqual([1, 1]);
      const any = memoryBudget(parseDevice('cuda:0'), found);
      expect(sizes(groupModels(models(5, 5), together, any))).toEqual([2]);
    }
  });
});

async function device(
  recording: string,
  answers: Parameters<typeof nvidiaSmi>[1] = {},
  visible?: string,
): Promise<{ readonly card: Card | null }> {
  const ask = () => askNvidia(nvidiaSmi(answer(recording), answers));
  const env = visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible };
  const found = await findCard(parseDevice('cuda:0'), ask, env);
  return { card: found.kind === 'card' ? found.card : null };
}
