import { wrapText } from '../../core/text.js';
import type { Format } from './format.js';
import type { Table } from '../tables/table.js';
import { renderGrid } from './terminal-grid.js';

const WIDTH = 80;

/** The tables for a terminal of 80 columns, without colours. */
export const terminal = {
  name: 'terminal',
  extension: 'txt',
  summary: 'tables for a terminal of 80 columns',
  render({ differences, evidence, tables }) {
    const said = differences.map((line) => `Differs: ${line}\n`).join('');
    const marks = evidence.map((line) => `\n${line}\n`).join('');
    return `${said}${said === '' ? '' : '\n'}${tables.map(renderTable).join('\n\n')}\n${marks}`;
  },
} satisfies Format;

/** One table with its title, caption and notes, at most 80 columns wide as long as its figures allow. */
export function renderTable(table: Table): string {
  const { title, caption, notes } = table;
  return [
    title,
    wrapText(caption),
    renderGrid(table, WIDTH),
    ...notes.map((note) => wrapText(note, '  ')),
  ].join('\n');
}
