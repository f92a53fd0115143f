import { describe, expect, it } from 'vitest';
import { groupModels, memoryBudget } from '../../../src/pipeline/timing/group-models.js';
import { parseDevice } from '../../../src/runners/device.js';

const models = (...megabytes: readonly number[]) =>
  megabytes.map((mb, i) => ({ name: `m${i}`, bytes: mb * 1e6 }));
const sizes = (groups: readonly (readonly unknown[])[]): readonly number[] =>
  groups.map(({ length }) => length);

describe('models that take turns', () => {
  it('are as many as fit into memory, in their order', () => {
    const budget = { bytes: 9e9, need: { base: 1e9, perWeightByte: 5 } };
    expect(sizes(groupModels(models(176, 179, 973, 973), 'auto', budget))).toEqual([2, 1, 1]);
    expect(sizes(groupModels(models(5, 5, 5, 5), 'auto', budget))).toEqual([4]);
  });

  it('are one at least, however large it is', () => {
    expect(
      sizes(groupModels(models(9000, 9000), 'auto', { bytes: 1, need: { base: 1, perWeightByte: 1 } })),
    ).toEqual([1, 1]);
  });

  it('are as many as asked for', () => {
    const budget = { bytes: 0, need: { base: 0, perWeightByte: 0 } };
    expect(sizes(groupModels(models(1, 1, 1), 2, budget))).toEqual([2, 1]);
    expect(sizes(groupModels(models(1, 1, 1), 1, budget))).toEqual([1, 1, 1]);
  });

  it('share the memory of the card that they run on, less what is used of it', () => {
    const card = { memoryBytes: 23_034 * 2 ** 20 };
    const { bytes } = memoryBudget(parseDevice('cuda:0'), card, { memoryUsedBytes: 1034 * 2 ** 20 });
    expect(bytes).toBeCloseTo(0.7 * 22_000 * 2 ** 20, -3);
    const onCpu = memoryBudget(parseDevice('cpu'), undefined, undefined);
    const unknown = memoryBudget(parseDevice('webgpu'), { memoryBytes: null }, undefined);
    expect(onCpu.need).toEqual(unknown.need);
  });
});
