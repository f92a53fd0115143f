import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Confusion } from '../../metrics/metric.js';

/**
 * What one image adds to a mean: its value of each metric, in the metrics' order, then its four counts. NaN stands for
 * what is undefined. Numbers alone, so that a hundred thousand images fit in memory.
 */
export type ScoreRow = Float64Array;

/** What the images of one dataset add to a mean. */
export interface ScoredRows {
  readonly rows: readonly ScoreRow[];
  /** The independent unit of each; absent where each is one of its own. */
  readonly units?: readonly string[] | undefined;
}

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

/** The counts of all images that have them, or of all units: four numbers each, TP FP FN TN. */
export function countsOf(rows: readonly ScoreRow[], units?: readonly string[]): Float64Array {
  if (units !== undefined) return countsOf(summedByUnit(rows, units));
  const counts = new Float64Array(4 * rows.length);
  let n = 0;
  for (const row of rows) {
    const first = row.length - COUNTS.length;
    if (Number.isNaN(row[first])) continue;
    for (let k = 0; k < COUNTS.length; k++) counts[n++] = row[first + k];
  }
  return counts.subarray(0, n);
}

/** A row per unit with the sums of its images' counts: what is resampled is the unit. */
function summedByUnit(rows: readonly ScoreRow[], units: readonly string[]): readonly ScoreRow[] {
  const sums = new Map<string, ScoreRow>();
  for (const [i, row] of rows.entries()) {
    const counts = row.subarray(row.length - COUNTS.length);
    if (Number.isNaN(counts[0])) continue;
    const sum = sums.get(units[i]);
    if (sum === undefined) sums.set(units[i], counts.slice());
    else for (let k = 0; k < COUNTS.length; k++) sum[k] += counts[k];
  }
  return [...sums.values()];
}
