import { TEXT_WIDTH, wrapText } from '../../core/text.js';
import type { Format } from './format.js';
import type { Table } from '../tables/table.js';
import { renderGrid } from './terminal-grid.js';

/** The tables as text, without colours. */
export const terminal = {
  name: 'terminal',
  extension: 'txt',
  summary: 'tables as text, as wide as the terminal up to 120 columns',
  render({ differences, evidence, tables }, { width = TEXT_WIDTH } = {}) {
    const said = differences.map((line) => `Differs: ${line}\n`).join('');
    const marks = evidence.map((line) => `\n${line}\n`).join('');
    return `${said}${said === '' ? '' : '\n'}${tables.map((table) => renderTable(table, width)).join('\n\n')}\n${marks}`;
  },
} satisfies Format;

/** One table with its title, caption and notes, at most so many columns wide as long as one figure allows. */
export function renderTable(table: Table, width = TEXT_WIDTH): string {
  const { title, caption, notes } = table;
  return [
    title,
    wrapText(caption, '', '', width),
    renderGrid(table, width),
    ...notes.map((note) => wrapText(note, '  ', '', width)),
  ].join('\n');
}
