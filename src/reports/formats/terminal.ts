import { escapeControls } from '../../core/errors.js';
import type { Summary } from '../../schema/summary.js';
import type { Report } from './report.js';
import type { Table } from '../tables/table.js';
import { decisiveTables, tablesOf } from '../tables/tables-of.js';
import { renderGrid } from './terminal-grid.js';

const WIDTH = 80;

/** The tables for a terminal of 80 columns, without colours. */
export const terminal: Report = {
  name: 'terminal',
  extension: 'txt',
  summary: 'tables for a terminal of 80 columns',
  render: (summary: Summary, { columns } = {}) =>
    `${tablesOf([summary], columns).map(renderTable).join('\n\n')}\n`,
};

/** The tables that decide alone: what is printed at the end of a run that was scored. */
export function renderDecisive(summary: Summary): string {
  return `${decisiveTables([summary]).map(renderTable).join('\n\n')}\n`;
}

/** One table with its title, caption and notes, at most 80 columns wide as long as its figures allow. */
export function renderTable(table: Table): string {
  const { title, caption, notes } = table;
  return [
    title,
    ...wrap(caption, ''),
    renderGrid(table, WIDTH),
    ...notes.flatMap((note) => wrap(note, '  ')),
  ].join('\n');
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
