import CliTable from 'cli-table3';
import { escapeControls } from '../core/errors.js';
import type { Summary } from '../core/summary.js';
import type { Report } from './report.js';
import type { Table } from './table.js';
import { appendicesOf, tablesOf } from './tables-of.js';

const WIDTH = 80;

/** The tables for a terminal of 80 columns, without colours. */
export const terminal: Report = {
  name: 'terminal',
  extension: 'txt',
  summary: 'tables for a terminal of 80 columns',
  render: (summary: Summary) => `${tablesOf(summary).map(renderTable).join('\n\n')}\n`,
};

/** The post's two tables alone: what is printed at the end of a run that was scored. */
export function renderAppendices(summary: Summary): string {
  return `${appendicesOf(summary).map(renderTable).join('\n\n')}\n`;
}

interface Padding {
  readonly 'padding-left': number;
  readonly 'padding-right': number;
}

const TIGHT: Padding = { 'padding-left': 0, 'padding-right': 0 };
const PADDINGS: readonly Padding[] = [
  { 'padding-left': 1, 'padding-right': 1 },
  { 'padding-left': 1, 'padding-right': 0 },
  TIGHT,
];

/** One table with its title, caption and notes, at most 80 columns wide as long as its figures allow. */
export function renderTable(table: Table): string {
  const { title, caption, notes } = table;
  // A table that is too wide loses its padding first; then its columns of words are broken.
  const grids = PADDINGS.map((padding) => renderGrid(table, padding));
  const tightest = grids[grids.length - 1];
  const fitting = grids.find((candidate) => widthOf(candidate) <= WIDTH);
  const grid = fitting ?? renderGrid(table, TIGHT, narrowed(table, tightest));
  return [title, ...wrap(caption, ''), grid, ...notes.flatMap((note) => wrap(note, '  '))].join('\n');
}

function renderGrid({ columns, rows }: Table, padding: Padding, colWidths?: readonly number[]): string {
  const grid = new CliTable({
    head: headings(columns),
    // No colours: the text goes to files and pipes as well.
    style: { head: [], border: [], compact: true, ...padding },
    colAligns: columns.map(({ align }) => align),
    ...(colWidths === undefined ? {} : { colWidths: [...colWidths], wordWrap: true, wrapOnWordBoundary: false }),
  });
  for (const { cells } of rows) {
    grid.push(
      cells.map(({ text }, i) => {
        const width = colWidths?.[i];
        return width === undefined ? escapeControls(text) : fold(escapeControls(text), width);
      }),
    );
  }
  return grid.toString();
}

/** Lines of at most `width` columns: broken between words, and within those that are longer. */
function fold(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

function widthOf(grid: string): number {
  return grid.indexOf('\n');
}

/** Columns of words are not made narrower than this. */
const NARROWEST = 10;

/**
 * The widths of a grid's columns with as much taken off as it is too wide: of the columns of words, the widest first, and
 * where that is not enough of columns whose figures are in several parts, as an interval is.
 */
function narrowed({ columns, rows }: Table, grid: string): readonly number[] {
  const border = grid.slice(1, widthOf(grid) - 1);
  const widths = border.split('┬').map(({ length }) => length);
  let excess = widthOf(grid) - WIDTH;
  const shrink = (least: (column: number) => number): void => {
    for (; excess > 0; excess--) {
      const room = widths.map((width, i) => (width > least(i) ? width : 0));
      const widest = Math.max(...room);
      if (widest === 0) return;
      widths[room.indexOf(widest)]--;
    }
  };
  shrink((i) => (columns[i].align === 'left' ? NARROWEST : Number.POSITIVE_INFINITY));
  shrink((i) => {
    const texts = [columns[i].label, ...rows.map(({ cells }) => cells[i]?.text ?? '')];
    const words = texts.flatMap((text) => escapeControls(text).split(' '));
    return columns[i].align === 'left' ? NARROWEST : Math.max(...words.map(({ length }) => length));
  });
  return widths;
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
