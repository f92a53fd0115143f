import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Confusion } from '../../metrics/metric.js';

/**
 * What one image adds to a mean: its value of each metric, in the metrics' order, then its four counts. NaN stands for
 * what is undefined. Numbers alone, so that a hundred thousand images fit in memory.
 */
export type ScoreRow = Float64Array;

const COUNTS = ['tp', 'fp', 'fn', 'tn'] as const;

export function scoreRow(
  ids: readonly string[],
  metrics: Readonly<Record<string, MetricValue>>,
  counts: Confusion | undefined,
): ScoreRow {
  const row = new Float64Array(ids.length + COUNTS.length).fill(Number.NaN);
  for (const [i, id] of ids.entries()) {
    const value = metrics[id];
    if (value !== undefined && isDefined(value)) row[i] = value;
  }
  if (counts !== undefined) COUNTS.forEach((name, i) => (row[ids.length + i] = counts[name]));
  return row;
}

/** One metric's values of all images that have one. */
export function definedValues(rows: readonly ScoreRow[], index: number): Float64Array {
  const values = new Float64Array(rows.length);
  let n = 0;
  for (const row of rows) if (!Number.isNaN(row[index])) values[n++] = row[index];
  return values.subarray(0, n);
}

/** The counts of all images that have them: four numbers an image, TP FP FN TN. */
export function countsOf(rows: readonly ScoreRow[]): Float64Array {
  const counts = new Float64Array(4 * rows.length);
  let n = 0;
  for (const row of rows) {
    const first = row.length - COUNTS.length;
    if (Number.isNaN(row[first])) continue;
    for (let k = 0; k < COUNTS.length; k++) counts[n++] = row[first + k];
  }
  return counts.subarray(0, n);
}
