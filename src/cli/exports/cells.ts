import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { csvLine } from '../../reports/formats/csv.js';
import type { JoinedCells } from '../../store/export/write-parquet.js';
import type { Export } from './export.js';

/** Every planned cell of the runs, one below the other. */
export const cellsCsv: Export = {
  name: 'cells-csv',
  summary: 'every cell (model x dataset x image), one per line',
  async write(folders, out, context) {
    const cells = await openCells(folders);
    if (out === undefined) for await (const line of csvLines(cells)) context.data(line);
    else {
      const { writingTo } = await import('../../core/failed-write.js');
      const path = resolve(context.cwd, out);
      await writingTo(path, () => writeCsv(path, cells));
      context.err(`Written to ${out}\n`);
    }
  },
};

/** The same, typed and compressed. */
export const parquet: Export = {
  name: 'parquet',
  summary: 'every cell, typed and compressed',
  async write(folders, out, context) {
    if (out === undefined) {
      throw new MaskbenchError('usage', '--out is missing', {
        remedy: 'Parquet is a binary format: name the file to write, such as --out cells.parquet',
      });
    }
    const { writingTo } = await import('../../core/failed-write.js');
    const { writeCellsParquet } = await import('../../store/export/write-parquet.js');
    const path = resolve(context.cwd, out);
    const cells = await openCells(folders);
    await writingTo(path, () => writeCellsParquet(path, cells));
    context.err(`Written to ${out}\n`);
  },
};

async function openCells(folders: readonly string[]): Promise<JoinedCells> {
  const { openCellTable } = await import('../../store/export/cell-table.js');
  const { joinTables } = await import('../../store/export/write-parquet.js');
  const { evidenceMark } = await import('../../schema/evidence.js');
  const { readEvidence } = await import('../../store/evidence.js');
  const { readManifest, runFolder } = await import('../../store/run-folder.js');
  const tables = [];
  for (const path of folders) {
    const folder = runFolder(path);
    const table = await openCellTable(folder);
    const evidence = evidenceMark(await readEvidence(folder, await readManifest(folder)));
    tables.push({ ...table, about: { ...table.about, evidence } });
  }
  return joinTables(tables);
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
  const { createWriteStream } = await import('node:fs');
  const { Readable } = await import('node:stream');
  const { pipeline } = await import('node:stream/promises');
  const { writeWhole } = await import('../../core/write-whole.js');
  await writeWhole(path, (draft) => pipeline(Readable.from(csvLines(cells)), createWriteStream(draft)));
}
