import { expect } from 'vitest';
import type { MetricValue } from '../../src/schema/metric-value.js';

/** Expects a number within the tolerance; anything else, undefined with a reason included, fails. */
export function expectNear(
  actual: MetricValue | undefined,
  expected: number,
  tolerance: number,
  what?: string,
): void {
  expect(typeof actual === 'number' ? Math.abs(actual - expected) : actual, what).toBeLessThanOrEqual(
    tolerance,
  );
}
