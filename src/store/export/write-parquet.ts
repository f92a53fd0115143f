import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { writeWhole } from '../../core/write-whole.js';
import type { CellColumn, CellRow } from './cell-column.js';
import type { CellTable } from './cell-table.js';

const TYPES = {
  text: 'STRING',
  number: 'DOUBLE',
  integer: 'INT32',
  flag: 'BOOLEAN',
} as const satisfies Readonly<Record<CellColumn['kind'], string>>;
/** Rows held at a time. */
const ROWS_A_GROUP = 2000;

/**
 * Writes cells as Parquet, group by group, whole or not at all. The file's metadata say what the runs are: one JSON text
 * under `maskbench`, a run each, with signatures, checksums, fingerprints and the metric behind each column.
 */
export async function writeCellsParquet(path: string, cells: JoinedCells): Promise<void> {
  await writeWhole(path, async (draft) =>
    parquetWriteRows({
      writer: fileWriter(draft),
      rows: complete(cells),
      columns: cells.columns.map(({ name, kind }) => ({ name, type: TYPES[kind], nullable: true })),
      rowGroupSize: ROWS_A_GROUP,
      kvMetadata: [{ key: 'maskbench', value: JSON.stringify(cells.about) }],
      createdBy: `maskbench ${cells.about[0]?.maskbenchVersion ?? ''}`,
    }),
  );
}

async function* complete({ columns, rows }: JoinedCells): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows()) {
    yield Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]));
  }
}

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
