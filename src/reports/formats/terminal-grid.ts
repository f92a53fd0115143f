import CliTable from 'cli-table3';
import { escapeControls } from '../../core/errors.js';
import type { Column, Table } from '../tables/table.js';

type Cells = Pick<Table, 'columns' | 'rows'>;

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

interface Look {
  readonly padding: Padding;
  /** Whether labels are broken at their spaces. */
  readonly brokenLabels: boolean;
  readonly colWidths?: readonly number[];
}

/**
 * The grid of a table, at most so many columns of text wide as long as its figures allow. One that is too wide loses its
 * padding, then its labels are broken; then its groups of columns stand one below another; then words are broken; then it is
 * halved.
 */
export function renderGrid(table: Cells, width: number): string {
  const { columns } = table;
  const groups = [...new Set(columns.flatMap(({ group }) => group ?? []))];
  return groups.length > 1 ? renderGroups(table, groups, width) : renderFitting(table, width, false);
}

function renderGroups(table: Cells, groups: readonly string[], width: number): string {
  const whole = fitting(table, width, true);
  if (whole !== undefined) return whole;
  return groups.map((group) => renderFitting(onlyGroup(table, group), width, true)).join('\n');
}

/** The columns of one group, and those that belong to none. */
function onlyGroup(table: Cells, group: string): Cells {
  return onlyColumns(table, (column) => column.group === undefined || column.group === group);
}

function onlyColumns({ columns, rows }: Cells, isKept: (column: Column, index: number) => boolean): Cells {
  const stays = columns.map(isKept);
  return {
    columns: columns.filter((_, i) => stays[i]),
    rows: rows.map(({ kind, cells }) => ({ kind, cells: cells.filter((_, i) => stays[i]) })),
  };
}

function renderFitting(table: Cells, width: number, withGroups: boolean): string {
  const found = fitting(table, width, withGroups);
  if (found !== undefined) return found;
  const tightest = render(table, { padding: TIGHT, brokenLabels: true }, false);
  const colWidths = narrowed(table, tightest, width);
  const grid = render(table, { padding: TIGHT, brokenLabels: true, colWidths }, withGroups);
  const parts = widthOf(grid) > width ? halves(table) : [];
  return parts.length === 0 ? grid : parts.map((part) => renderFitting(part, width, withGroups)).join('\n');
}

/** A table as two, each with the columns of words that all rows begin with; none where there is one other column. */
function halves(table: Cells): readonly Cells[] {
  const first = table.columns.findIndex(({ align }) => align === 'right');
  const others = table.columns.length - first;
  if (first < 1 || others < 2) return [];
  const middle = first + Math.ceil(others / 2);
  return [onlyColumns(table, (_, i) => i < middle), onlyColumns(table, (_, i) => i < first || i >= middle)];
}

function fitting(table: Cells, width: number, withGroups: boolean): string | undefined {
  for (const brokenLabels of [false, true]) {
    for (const padding of PADDINGS) {
      const grid = render(table, { padding, brokenLabels }, withGroups);
      if (widthOf(grid) <= width) return grid;
    }
  }
  return undefined;
}

function render(
  { columns, rows }: Cells,
  { padding, brokenLabels, colWidths }: Look,
  withGroups: boolean,
): string {
  const grid = new CliTable({
    head: columns.map(({ label, align }) => {
      const text = escapeControls(label);
      return brokenLabels && align === 'right' ? text.replaceAll(' ', '\n') : text;
    }),
    // No colours: the text goes to files and pipes as well.
    style: { head: [], border: [], compact: true, ...padding },
    colAligns: columns.map(({ align }) => align),
    ...(colWidths === undefined
      ? {}
      : { colWidths: [...colWidths], wordWrap: true, wrapOnWordBoundary: false }),
  });
  const foldInto = (text: string, width: number | undefined): string =>
    width === undefined ? text : fold(text, width);
  for (const { cells } of rows) {
    grid.push(cells.map(({ text }, i) => foldInto(escapeControls(text), colWidths?.[i])));
  }
  return withGroups ? withHeadings(grid.toString(), columns) : grid.toString();
}

function widthOf(grid: string): number {
  return grid.indexOf('\n');
}

/** How wide the columns of a grid are, by its upper border. */
function columnWidths(grid: string): number[] {
  return grid
    .slice(1, widthOf(grid) - 1)
    .split('┬')
    .map(({ length }) => length);
}

/** Columns of words are not made narrower than this. */
const NARROWEST = 10;

/**
 * The widths of a grid's columns with as much taken off as it is too wide: of the columns of words, the widest first, and
 * where that is not enough of columns whose figures are in several parts, as an interval is.
 */
function narrowed({ columns, rows }: Cells, grid: string, width: number): readonly number[] {
  const widths = columnWidths(grid);
  let excess = widthOf(grid) - width;
  const shrink = (least: (column: number) => number): void => {
    for (; excess > 0; excess--) {
      const room = widths.map((own, i) => (own > least(i) ? own : 0));
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

/** Lines of at most `width` columns: broken between words; the grid itself breaks words that are longer. */
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

/** Above a grid, a heading over the columns of every group, broken into lines where it is longer than they are wide. */
function withHeadings(grid: string, columns: readonly Column[]): string {
  const widths = columnWidths(grid);
  const spans: { readonly group: string; widths: number[] }[] = [];
  for (const [i, { group = '' }] of columns.entries()) {
    const last = spans.at(-1);
    if (last?.group === group) last.widths.push(widths[i]);
    else spans.push({ group, widths: [widths[i]] });
  }
  const inner = (own: readonly number[]): number => own.reduce((sum, width) => sum + width + 1, -1);
  const lines = spans.map(({ group, widths: own }) => breakWords(escapeControls(group), inner(own)));
  const height = Math.max(...lines.map(({ length }) => length));
  const row = (at: number): string =>
    spans.map(({ widths: own }, i) => (lines[i][at] ?? '').padEnd(inner(own))).join('│');
  const border = (end: readonly [string, string], joint: string, within: string): string =>
    `${end[0]}${spans.map(({ widths: own }) => own.map((width) => '─'.repeat(width)).join(within)).join(joint)}${end[1]}`;
  return [
    border(['┌', '┐'], '┬', '─'),
    ...Array.from({ length: height }, (_, at) => `│${row(at)}│`),
    border(['├', '┤'], '┼', '┬'),
    grid.slice(widthOf(grid) + 1),
  ].join('\n');
}

/** Lines with a space on either side; a word that is too long for that takes the room, or is cut. */
function breakWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width - 2) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = word;
      for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
    }
  }
  return [...lines, line].map((own) => (own !== '' && own.length < width ? ` ${own}` : own));
}
