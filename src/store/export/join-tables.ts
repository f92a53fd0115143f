import type { CellColumn, CellRow } from './cell-column.js';
import type { CellTable } from './cell-table.js';

/** Tables of several runs below each other, under the columns that any of them has. */
export interface JoinedCells {
  readonly columns: readonly CellColumn[];
  readonly about: readonly CellTable['about'][];
  rows(): AsyncGenerator<CellRow, void, undefined>;
}

export function joinTables(tables: readonly CellTable[]): JoinedCells {
  const columns = new Map<string, CellColumn>();
  for (const table of tables) for (const column of table.columns) columns.set(column.name, column);
  // In the order of the table that has most, so that metrics stay together.
  const widest = [...tables].sort((a, b) => b.columns.length - a.columns.length)[0]?.columns ?? [];
  const names = new Set([...widest.map(({ name }) => name), ...columns.keys()]);
  return {
    columns: [...names].flatMap((name) => columns.get(name) ?? []),
    about: tables.map(({ about }) => about),
    async *rows() {
      for (const table of tables) yield* table.rows();
    },
  };
}
