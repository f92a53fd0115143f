import { medianSorted } from 'simple-statistics';
import type { TimingPassSummary } from '../../../schema/timing-summary.js';

type Window = TimingPassSummary['windows'][number];

/**
 * Consecutive windows of whole passes, so that every window has seen the same images: as equal as they can be, and the
 * first ones larger by a pass where they cannot. None if there are fewer passes than windows.
 */
export function windowsOf(passes: readonly (readonly number[])[], count: number): readonly Window[] {
  if (passes.length < count) return [];
  return Array.from({ length: count }, (_, i) => {
    const from = Math.ceil((i * passes.length) / count);
    const to = Math.ceil(((i + 1) * passes.length) / count);
    return windowOf(passes.slice(from, to).flat());
  });
}

export function windowOf(ms: readonly number[]): Window {
  const sum = ms.reduce((all, value) => all + value, 0);
  return { n: ms.length, p50Ms: medianMs(ms), perSecond: (1000 * ms.length) / sum };
}

/** How far windows lie apart in their median or in their throughput, whichever is more: 0.1 is ten percent. */
export function spreadOf(windows: readonly Window[]): number {
  return Math.max(apart(windows.map(({ p50Ms }) => p50Ms)), apart(windows.map(({ perSecond }) => perSecond)));
}

/** How far values > 0 lie apart: the largest over the smallest, less one. Infinite for none. */
export function apart(values: readonly number[]): number {
  return values.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...values) / Math.min(...values) - 1;
}

export function medianMs(ms: readonly number[]): number {
  return medianSorted([...ms].sort((a, b) => a - b));
}
