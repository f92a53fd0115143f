import { describe, expect, it } from 'vitest';
import {
  apart,
  medianMs,
  spreadOf,
  windowOf,
  windowsOf,
} from '../../../../src/runners/onnx/timing/windows.js';

describe('windows', () => {
  it('are whole passes, so that each has seen the same images', () => {
    const passes = Array.from({ length: 8 }, (_, i) => [i, i]);
    expect(windowsOf(passes, 3).map(({ n }) => n)).toEqual([6, 6, 4]);
    expect(windowsOf(passes.slice(0, 3), 3).map(({ n }) => n)).toEqual([2, 2, 2]);
    expect(windowsOf(passes.slice(0, 2), 3)).toEqual([]);
  });

  it('tell the median and the predictions a second of busy time', () => {
    expect(windowOf([100, 300, 100, 100])).toEqual({ n: 4, p50Ms: 100, perSecond: 4000 / 600 });
  });

  it('lie as far apart as their medians or their throughput, whichever is more', () => {
    const window = (p50Ms: number, perSecond: number) => ({ n: 9, p50Ms, perSecond });
    expect(spreadOf([window(100, 10), window(110, 10), window(105, 10)])).toBeCloseTo(0.1, 12);
    expect(spreadOf([window(100, 8), window(100, 10), window(100, 9)])).toBeCloseTo(0.25, 12);
  });

  it('of nothing lie infinitely far apart', () => {
    expect(apart([])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a median', () => {
  it('of an even number of times is the mean of the middle two, in any order', () => {
    expect(medianMs([4, 1, 3, 2])).toBe(2.5);
  });
});
