import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MaskbenchError } from '../../core/errors.js';
import { isDiskFull } from '../../core/failure.js';
import { openCellTable } from '../../store/export/cell-table.js';
import { joinTables, type JoinedCells } from '../../store/export/join-tables.js';
import { writeCellsParquet } from '../../store/export/write-parquet.js';
import { runFolder } from '../../store/run-folder.js';
import type { CliContext } from '../context.js';
import { csvLine } from '../csv-line.js';

/** Formats that have a row a cell, and read the run folders’ records instead of their summaries. */
export type CellFormat = 'cells-csv' | 'parquet';

/** `maskbench report --format parquet` and `cells-csv`: every planned cell of the runs, one below the other. */
export async function reportCells(
  runs: readonly string[],
  { format, out }: { readonly format: CellFormat; readonly out?: string },
  context: CliContext,
): Promise<void> {
  const path = out === undefined ? undefined : resolve(context.cwd, out);
  if (format === 'parquet' && path === undefined) {
    throw new MaskbenchError('usage', '--out is missing', {
      remedy: 'Parquet is no text: name the file to write, such as --out cells.parquet',
    });
  }
  const tables = [];
  for (const run of runs) tables.push(await openCellTable(runFolder(resolve(context.cwd, run))));
  const cells = joinTables(tables);
  if (path === undefined) for await (const line of csvLines(cells)) context.out(line);
  else
    await writing(path, () =>
      format === 'parquet' ? writeCellsParquet(path, cells) : writeCsv(path, cells),
    );
}

async function* csvLines({ columns, rows }: JoinedCells): AsyncGenerator<string> {
  yield csvLine(columns.map(({ name }) => name));
  for await (const row of rows()) {
    yield csvLine(
      columns.map(({ name }) => {
        const value = row[name] ?? '';
        return typeof value === 'boolean' ? String(value) : value;
      }),
    );
  }
}

async function writeCsv(path: string, cells: JoinedCells): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(Readable.from(csvLines(cells)), createWriteStream(draft));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** What is wrong with the runs keeps its line; what is wrong with the file gets one. */
async function writing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof MaskbenchError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const code = isDiskFull(cause) ? 'disk.full' : 'usage';
    throw new MaskbenchError(code, `cannot write: ${reason}`, { where: path, cause });
  }
}
