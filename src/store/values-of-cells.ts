import { rowWidth } from '../scoring/aggregate/score-row.js';

/** Model, dataset and the row of a sample among those of its dataset. */
export type Place = readonly [model: string, dataset: string, row: number];

/**
 * A column a metric, and one a count (TP FP FN TN), for every model and dataset, of a row for every usable sample; NaN where there is no value.
 *
 * @param ids of metrics; without any, nothing is held
 */
export function valuesOfCells(
  samples: ReadonlyMap<string, number>,
  models: readonly string[],
  ids: readonly string[],
): {
  set(model: string, dataset: string, row: number, values: ArrayLike<number>): void;
  clear(model: string, dataset: string, row: number): void;
  columns(model: string, dataset: string): readonly Float64Array[];
} {
  const width = ids.length === 0 ? 0 : rowWidth(ids.length);
  const all = new Map(
    [...samples].map(([dataset, rows]) => [
      dataset,
      new Map(
        models.map((model) => [
          model,
          Array.from({ length: width }, () => new Float64Array(rows).fill(Number.NaN)),
        ]),
      ),
    ]),
  );
  const none = Array.from({ length: width }, () => new Float64Array(0));
  const columns = (model: string, dataset: string): readonly Float64Array[] =>
    all.get(dataset)?.get(model) ?? none;
  return {
    columns,
    set: (model, dataset, row, values) =>
      columns(model, dataset).forEach((column, i) => (column[row] = values[i])),
    clear: (model, dataset, row) => columns(model, dataset).forEach((column) => (column[row] = Number.NaN)),
  };
}
