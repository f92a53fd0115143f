import type { Document, metricValue } from './basics.js';

/** A metric's value: a finite number, or the reason why there is none. */
export type MetricValue = Document<typeof metricValue>;

// The schemas stand in basics.ts and only their types come here: scoring workers start without loading zod.
export function isDefined(value: MetricValue): value is number {
  return typeof value === 'number';
}
