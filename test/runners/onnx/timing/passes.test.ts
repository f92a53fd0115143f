import { describe, expect, it } from 'vitest';
import {
  imageOrder,
  planPasses,
  turns,
  type SamplingPlan,
} from '../../../../src/runners/onnx/timing/passes.js';

const STANDARD: SamplingPlan = { samples: 64, ms: 3000, passes: null };

describe('the number of passes', () => {
  it('gives every dataset the samples that its percentile needs', () => {
    expect(planPasses(STANDARD, 16, 8, 500)).toEqual({ count: 8, perBlock: 1 });
    expect(planPasses(STANDARD, 11, 3, 500).count).toBe(22);
  });

  it('of a fast model fills the time, in blocks that are long enough to settle', () => {
    const { count, perBlock } = planPasses(STANDARD, 16, 8, 2);
    expect(count * 16 * 2).toBeGreaterThanOrEqual(3000);
    expect(perBlock * 16 * 2).toBeGreaterThanOrEqual(450);
    expect(Math.ceil(count / perBlock)).toBeGreaterThanOrEqual(5);
  });

  it('is exact where it is asked for exactly', () => {
    expect(planPasses({ ...STANDARD, passes: 1 }, 16, 8, 2)).toEqual({ count: 1, perBlock: 1 });
  });

  it('keeps the values of a tiny model within bounds', () => {
    expect(planPasses({ ...STANDARD, ms: 1e9 }, 16, 8, 0.001).count * 16).toBeLessThanOrEqual(20_000);
  });
});

describe('turns', () => {
  it('go forwards and backwards, so that drift meets all models alike', () => {
    expect(turns([2, 2, 2])).toEqual([0, 1, 2, 2, 1, 0]);
  });

  it('leave out models that have no blocks left', () => {
    expect(turns([3, 1])).toEqual([0, 1, 0, 0]);
    expect(turns([])).toEqual([]);
  });
});

describe('the order of images', () => {
  it('holds every image once, another way round in every pass, and the same whenever it is asked for', () => {
    const orders = Array.from({ length: 6 }, (_, pass) => imageOrder(16, pass));
    for (const order of orders)
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(new Set(orders.map((order) => order.join())).size).toBe(6);
    expect(imageOrder(16, 3)).toEqual(orders[3]);
    // no image stays behind the same one, or last
    expect(new Set(orders.map((order) => order.at(-1))).size).toBeGreaterThan(2);
  });
});
