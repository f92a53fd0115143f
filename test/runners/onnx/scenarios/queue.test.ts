import { describe, expect, it } from 'vitest';
import {
  percentileOf,
  poissonArrivals,
  queueLatencies,
  simulatedRate,
  findSustainedRate,
} from '../../../../src/runners/onnx/scenarios/server.js';
import { createRandom } from '../../../../src/stats/random.js';
import type { MeasuredMessage, MeasureMessage } from '../../../../src/runners/onnx/child/messages.js';

const streams = (label = '') => {
  const random = createRandom(7).split(label);
  return { gap: () => random.exponential(), below: (bound: number) => random.below(bound) };
};

describe('arrivals', () => {
  it('come at the rate asked for, ever later, and are the same for the same seed', () => {
    const arrivals = poissonArrivals(10_000, 50, streams().gap);
    expect(arrivals.every((at, i) => i === 0 || at > (arrivals[i - 1] ?? 0))).toBe(true);
    expect(10_000 / ((arrivals.at(-1) ?? 0) / 1000)).toBeCloseTo(50, -1);
    expect(poissonArrivals(5, 50, streams().gap)).toEqual(arrivals.slice(0, 5));
  });
});

describe('a queue', () => {
  it('lets a request wait for the ones before it', () => {
    expect(queueLatencies([0, 10, 200], [100, 100, 100])).toEqual([100, 190, 100]);
  });

  it('has percentiles by rank', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentileOf(values, 0.99)).toBe(99);
    expect(percentileOf(values, 0.5)).toBe(50);
    expect(percentileOf([3], 0.99)).toBe(3);
  });

  it('with constant service sustains what theory says', () => {
    // M/D/1 with service 10 ms: at load 0.5 the mean wait is 5 ms, and 95 % wait less than some 20 ms.
    const rate = simulatedRate([10], { p: 0.95, boundMs: 30 }, () => streams());
    expect(rate).toBeGreaterThan(45);
    expect(rate).toBeLessThan(70);
  });

  it('sustains nothing if a single request takes too long', () => {
    expect(simulatedRate([100], { p: 0.9, boundMs: 50 }, () => streams())).toBe(0);
  });
});

describe('the highest sustained rate', () => {
  /** A process that serves as a queue does, each request for so long. */
  const serving = (serviceMs: number) => ({
    async measure({ order, arrivalsMs = [] }: Omit<MeasureMessage, 'kind'>): Promise<MeasuredMessage> {
      const latencies = queueLatencies(
        arrivalsMs,
        order.map(() => serviceMs),
      );
      const samples = order.map((image, i) => ({
        image,
        startMs: (arrivalsMs[i] ?? 0) + (latencies[i] ?? 0) - serviceMs,
        cpuMs: 0,
        phases: { preprocessMs: 0, inferenceMs: serviceMs, postprocessMs: 0 },
      }));
      return { kind: 'measured', samples, wallMs: 0, cpuMs: 0, involuntarySwitches: 0, peakRssBytes: null };
    },
  });
  const request = { images: 4, demand: { p: 0.95, boundMs: 40 }, requests: 400, streams } as const;

  it('is one that a trial really kept', async () => {
    const { sustainedPerSecond, trials } = await findSustainedRate({
      ...request,
      process: serving(10),
      serviceMs: [10],
    });
    const last = trials.at(-1);
    expect(last).toMatchObject({ held: true, n: 400, perSecond: sustainedPerSecond });
    expect(last?.percentileMs).toBeLessThanOrEqual(40);
    expect(last?.withinBound).toBeGreaterThanOrEqual(0.95);
  });

  it('is sought further down where the process is slower under load than it was alone', async () => {
    const { trials } = await findSustainedRate({ ...request, process: serving(14), serviceMs: [10] });
    expect(trials.length).toBeGreaterThan(1);
    const rates = trials.map(({ perSecond }) => perSecond);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
  });

  it('is none where nothing holds', async () => {
    const slow = await findSustainedRate({ ...request, process: serving(100), serviceMs: [10] });
    expect(slow.sustainedPerSecond).toBeNull();
    const hopeless = await findSustainedRate({ ...request, process: serving(100), serviceMs: [100] });
    expect(hopeless).toEqual({ trials: [], sustainedPerSecond: null });
  });
});
