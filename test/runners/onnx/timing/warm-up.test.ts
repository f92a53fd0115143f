import { describe, expect, it } from 'vitest';
import type {
  MeasuredMessage,
  MeasuredSample,
  MeasureMessage,
} from '../../../../src/runners/onnx/child/messages.js';
import {
  hasSettled,
  warmUp,
  type WarmUp,
  type WarmUpPlan,
} from '../../../../src/runners/onnx/timing/warm-up.js';

const STANDARD: WarmUpPlan = { inferences: 20, ms: 3000, slowInferences: 5, tolerance: 0.1 };
const QUICK: WarmUpPlan = { inferences: 3, ms: 0, slowInferences: 3, tolerance: null };

/** A process whose n-th inference takes so long. */
function processOf(inferenceMs: (n: number) => number) {
  let n = 0;
  const asked: number[] = [];
  return {
    asked,
    async measure({ order }: Omit<MeasureMessage, 'kind'>): Promise<MeasuredMessage> {
      asked.push(order.length);
      const samples = order.map((image): MeasuredSample => {
        const phases = { preprocessMs: 0, inferenceMs: inferenceMs(n++), postprocessMs: 0 };
        return { image, startMs: 0, cpuMs: 0, phases };
      });
      return { kind: 'measured', samples, wallMs: 0, cpuMs: 0, involuntarySwitches: 0, peakRssBytes: null };
    },
  };
}

const run = (inferenceMs: (n: number) => number, plan: WarmUpPlan): Promise<WarmUp> =>
  warmUp(processOf(inferenceMs), 4, plan);

describe('a warm-up', () => {
  it('that is quick is as many inferences as asked for, and looks at nothing', async () => {
    const { inferenceMs, settled } = await run(() => 50, QUICK);
    expect(inferenceMs).toHaveLength(3);
    expect(settled).toBeNull();
  });

  it('lasts twenty inferences and three seconds at least', async () => {
    const fast = await run(() => 10, STANDARD);
    expect(fast.totalMs).toBeGreaterThanOrEqual(3000);
    expect(fast.inferenceMs.length).toBeGreaterThanOrEqual(300);
    const middling = await run(() => 400, STANDARD);
    expect(middling.inferenceMs).toHaveLength(20);
    expect(middling.settled).toBe(true);
  });

  it('of a model slower than a second may be shorter, but has to settle', async () => {
    const { inferenceMs, settled } = await run((n) => [3500, 4400, 2300][n] ?? 2200, STANDARD);
    expect(inferenceMs.length).toBeGreaterThanOrEqual(6);
    expect(inferenceMs.length).toBeLessThanOrEqual(15);
    expect(settled).toBe(true);
  });

  it('goes on while the model still grows faster', async () => {
    const { inferenceMs, settled } = await run((n) => (n < 30 ? 300 - n * 6 : 120), STANDARD);
    expect(inferenceMs.length).toBeGreaterThan(30);
    expect(settled).toBe(true);
  });

  it('gives a model up that never settles, and says so', async () => {
    const { inferenceMs, settled } = await run((n) => 200 * 1.05 ** n, STANDARD);
    expect(settled).toBe(false);
    expect(inferenceMs.length).toBeLessThan(100);
  });

  it('of a tiny model ends, though three seconds are many of its inferences', async () => {
    const { inferenceMs } = await run(() => 0.01, STANDARD);
    expect(inferenceMs.length).toBeLessThan(40_000);
  });

  it('asks for one inference at a time first, then for blocks', async () => {
    const process = processOf(() => 50);
    await warmUp(process, 4, STANDARD);
    expect(process.asked.slice(0, 4)).toEqual([1, 1, 1, 5]);
  });

  it('tells what a prediction takes at the end', async () => {
    expect((await run((n) => (n === 0 ? 900 : 200), STANDARD)).perImageMs).toBe(200);
  });
});

describe('settling', () => {
  it('is three windows whose medians agree', () => {
    expect(hasSettled([9, 9, 5, 5, 5, 5, 5, 5], 0.1)).toBe(true);
    expect(hasSettled([5, 5, 5, 5, 6, 6], 0.1)).toBe(false);
    expect(hasSettled([5, 5, 5, 5, 5], 0.1)).toBe(false);
  });
});
