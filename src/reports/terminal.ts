import CliTable from 'cli-table3';
import { escapeControls } from '../core/errors.js';
import type { Summary } from '../core/summary.js';
import type { Report } from './report.js';
import type { Table } from './table.js';
import { tablesOf } from './tables-of.js';

const WIDTH = 80;

/** The tables for a terminal of 80 columns, without colours. */
export const terminal: Report = {
  name: 'terminal',
  extension: 'txt',
  summary: 'tables for a terminal of 80 columns',
  render: (summary: Summary) => `${tablesOf(summary).map(renderTable).join('\n\n')}\n`,
};

/** One table with its title, caption and notes, at most 80 columns wide as long as its cells allow. */
export function renderTable({ title, caption, columns, rows, notes }: Table): string {
  const grid = new CliTable({
    head: headings(columns),
    // No colours: the text goes to files and pipes as well.
    style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 1 },
    colAligns: columns.map(({ align }) => align),
  });
  for (const { cells } of rows) grid.push(cells.map(({ text }) => escapeControls(text)));
  return [title, ...wrap(caption, ''), grid.toString(), ...notes.flatMap((note) => wrap(note, '  '))].join('\n');
}

/** The group stands above a column's label where there are several groups to tell apart. */
function headings(columns: Table['columns']): string[] {
  const several = new Set(columns.map(({ group }) => group).filter((group) => group !== undefined)).size > 1;
  return columns.map(({ group, label }) => {
    const text = escapeControls(label);
    return several ? `${escapeControls(group ?? '')}\n${text}` : text;
  });
}

/** Words in lines of at most 80 columns; later lines start with `indent`. */
function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeControls(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
