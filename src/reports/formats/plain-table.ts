import stringWidth from 'string-width';
import { escapeControls } from '../../core/errors.js';
import { wrapText } from '../../core/text.js';

type Texts = readonly string[];

/**
 * A borderless list for a terminal: headings, then rows; cells are plain text. Where it is wider than the terminal, its last
 * column is folded, or, where that has no room, each row goes on below, by whole columns.
 *
 * @param width of the terminal; without one, as in a file or a pipe, a row is a line
 */
export function plainTable(
  headings: Texts,
  rows: readonly Texts[],
  width = Number.POSITIVE_INFINITY,
): string {
  const widths = headings.map((heading, i) =>
    Math.max(columnsOf(heading), ...rows.map((row) => columnsOf(escapeControls(row[i])))),
  );
  const room = width - widthOf(widths.slice(0, -1)) - GAP;
  const isOneLine = widthOf(widths) <= width || room >= NARROWEST;
  const ends = isOneLine
    ? [widths.length]
    : endsOfParts(
        widths.map((own, i) => (i === widths.length - 1 ? Math.min(own, ENOUGH) : own)),
        width,
      );
  const parts = ends.map((to, i) => {
    const from = ends[i - 1] ?? 0;
    const [indent, before] = [i === 0 ? '' : INDENT, widths.slice(from, -1)];
    const left = width - indent.length - (before.length === 0 ? 0 : widthOf(before) + GAP);
    const own = [headings, ...rows].map((row) => row.slice(from, to));
    return blocksOf(own, to === widths.length ? left : Number.POSITIVE_INFINITY, indent);
  });
  const lines = parts[0].flatMap((_, row) => parts.flatMap((blocks) => blocks[row]));
  return lines.filter((line) => line !== '').join('\n');
}

/** The lines of each row, more than one where its last text is longer than there is room. */
function blocksOf(rows: readonly Texts[], room: number, indent: string): readonly Texts[] {
  const folded = rows.map((row) =>
    wrapText(row.at(-1) ?? '', '', '', room)
      .split('\n')
      .map((line, i) => [...row.slice(0, -1).map((text) => (i === 0 ? text : '')), line]),
  );
  const lines = linesOf(folded.flat());
  let at = 0;
  return folded.map(({ length }) =>
    lines.slice(at, (at += length)).map((line) => `${indent}${line}`.trimEnd()),
  );
}

const GAP = 2;
const INDENT = '    ';
/** A last column is folded beside the others if it has as much room, and below them into no less than it needs or this. */
const [NARROWEST, ENOUGH] = [10, 24];

const widthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, own) => sum + own, 0) + GAP * (widths.length - 1);

/** Where the fewest parts end that fit, the widest of them as narrow as can be; every column by itself where none do. */
function endsOfParts(widths: readonly number[], width: number): readonly number[] {
  for (let count = 1; count < widths.length; count++) {
    const { ends, widest } = split(widths, 0, count);
    if (widest <= width) return ends;
  }
  return widths.map((_, i) => i + 1);
}

function split(
  widths: readonly number[],
  from: number,
  count: number,
): { readonly ends: readonly number[]; readonly widest: number } {
  const own = (to: number): number => widthOf(widths.slice(from, to)) + (from === 0 ? 0 : INDENT.length);
  if (count === 1) return { ends: [widths.length], widest: own(widths.length) };
  let best = { ends: [] as readonly number[], widest: Number.POSITIVE_INFINITY };
  for (let to = from + 1; to <= widths.length - count + 1; to++) {
    const rest = split(widths, to, count - 1);
    const widest = Math.max(own(to), rest.widest);
    if (widest < best.widest) best = { ends: [to, ...rest.ends], widest };
  }
  return best;
}

/** A line for each row, columns below each other. */
function linesOf(rows: readonly Texts[]): Texts {
  const cells = rows.map((row) => row.map(escapeControls));
  const widths = rows[0].map((_, i) => Math.max(...cells.map((row) => columnsOf(row[i]))));
  const padded = (text: string, i: number): string => text + ' '.repeat(widths[i] - columnsOf(text) + GAP);
  return cells.map((row) => row.map(padded).join('').trimEnd());
}

/** How many columns of a terminal a text takes. */
function columnsOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
