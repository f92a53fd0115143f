import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { PhaseSummary } from '../../schema/timing-summary.js';
import { quantileInterval, valuesForPercentile } from '../../stats/order-statistics.js';
import { quantilesOfSorted } from '../../stats/quantile.js';

/** Percentiles that are told only where there are enough values for them. */
const PERCENTILES = [
  { name: 'p90', p: 0.9, needed: valuesForPercentile(0.9) },
  { name: 'p95', p: 0.95, needed: valuesForPercentile(0.95) },
  { name: 'p99', p: 0.99, needed: valuesForPercentile(0.99) },
] as const;

/** The times of one phase, milliseconds in any order; at least one. */
export function summarisePhase(ms: readonly number[]): PhaseSummary {
  const sorted = [...ms].sort((a, b) => a - b);
  const enough = PERCENTILES.filter(({ needed }) => sorted.length >= needed);
  const [p50, ...high] = quantilesOfSorted(sorted, [0.5, ...enough.map(({ p }) => p)]);
  const interval = quantileInterval(sorted, 0.5);
  return {
    mean: mean(sorted),
    sd: sorted.length < 2 ? null : sampleStandardDeviation(sorted),
    p50,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    ...Object.fromEntries(enough.map(({ name }, i) => [name, high[i]])),
    ...(interval.kind === 'interval' ? { p50Interval: [interval.lower, interval.upper] as const } : {}),
  };
}
