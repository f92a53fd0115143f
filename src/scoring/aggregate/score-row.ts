import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Confusion } from '../../metrics/metric.js';

/**
 * What one image adds to a mean: its value of each metric, in the metrics' order, then its four counts. NaN stands for
 * what is undefined.
 */
export type ScoreRow = Float64Array;

/** What the images of one dataset add to a mean: numbers alone, 8 bytes each, so that a million images fit in memory. */
export interface ScoredColumns {
  /** The rows' values, a column each; of an image without a score all are NaN. */
  readonly columns: readonly Float64Array[];
  /** Images with a score. */
  readonly scored: number;
  /** The independent unit of each image; absent where each is one of its own. */
  readonly units?: readonly string[] | undefined;
}

const COUNTS = ['tp', 'fp', 'fn', 'tn'] as const;

/** How many numbers a row of so many metrics has. */
export function rowWidth(metrics: number): number {
  return metrics + COUNTS.length;
}

export function scoreRow(
  ids: readonly string[],
  metrics: Readonly<Record<string, MetricValue>>,
  counts: Confusion | undefined,
): ScoreRow {
  const row = new Float64Array(rowWidth(ids.length)).fill(Number.NaN);
  for (const [i, id] of ids.entries()) {
    const value = metrics[id];
    if (value !== undefined && isDefined(value)) row[i] = value;
  }
  if (counts !== undefined) COUNTS.forEach((name, i) => (row[ids.length + i] = counts[name]));
  return row;
}

/**
 * Rows as they come, turned into columns.
 *
 * @param expected how many there will be, more or less
 */
export function gatherRows(
  width: number,
  expected = 64,
): {
  add(row: ArrayLike<number>): void;
  columns(): readonly Float64Array[];
} {
  let all = Array.from({ length: width }, () => new Float64Array(expected));
  let rows = 0;
  return {
    add(row) {
      if (rows === all[0]?.length) {
        all = all.map((before) => {
          const larger = new Float64Array(Math.max(1, 2 * rows));
          larger.set(before);
          return larger;
        });
      }
      all.forEach((column, i) => (column[rows] = row[i]));
      rows++;
    },
    columns: () => all.map((column) => column.subarray(0, rows)),
  };
}

/** One metric's values of all images that have one. */
export function definedValues({ columns }: Pick<ScoredColumns, 'columns'>, index: number): Float64Array {
  return columns[index].filter((value) => !Number.isNaN(value));
}

/** The counts of all images that have them, or of all units: four numbers each, TP FP FN TN. */
export function countsOf({ columns, units }: Pick<ScoredColumns, 'columns' | 'units'>): Float64Array {
  const own = columns.slice(-COUNTS.length);
  const [first] = own;
  if (units !== undefined) return summedByUnit(own, units);
  const counts = new Float64Array(COUNTS.length * first.length);
  let n = 0;
  for (let row = 0; row < first.length; row++) {
    if (Number.isNaN(first[row])) continue;
    for (const column of own) counts[n++] = column[row];
  }
  return counts.subarray(0, n);
}

/** Of each unit the sums of its images' counts: what is resampled is the unit. */
function summedByUnit(columns: readonly Float64Array[], units: readonly string[]): Float64Array {
  const places = new Map<string, number>();
  const sums: number[] = [];
  for (const [row, unit] of units.entries()) {
    if (Number.isNaN(columns[0][row])) continue;
    const at = places.get(unit) ?? sums.length;
    if (at === sums.length) {
      places.set(unit, at);
      for (const column of columns) sums.push(column[row]);
    } else columns.forEach((column, k) => (sums[at + k] += column[row]));
  }
  return Float64Array.from(sums);
}
