import { escapeLatex, latexFigure } from './latex-text.js';
import { isPlaced, placingsOf, type Placing } from '../tables/placings.js';
import type { ReportDocument } from '../document.js';
import { roughMark } from '../../schema/caution.js';
import type { Format, RenderOptions } from './format.js';
import { NO_FIGURE, roughNotes, type Cell, type Row, type Table } from '../tables/table.js';

/**
 * Tables to be pasted into a paper, or read in by `\input`: booktabs, no hand needed. One after the other, below a
 * comment that says which packages they need.
 */
export const latex = {
  name: 'latex',
  extension: 'tex',
  summary: 'LaTeX tables (booktabs)',
  render(
    { title, made, differences, evidence, tables }: ReportDocument,
    { intervals = false }: RenderOptions = {},
  ) {
    const key = slug(title ?? tables[0]?.title ?? '');
    const by = made === null ? '' : `: Maskbench ${made.maskbenchVersion}, ${made.createdAt}`;
    const said = [
      ...(title === null ? [] : [`${title}${by}`]),
      ...evidence,
      ...differences.map((line) => `Differs: ${line}`),
    ];
    const rendered = tables
      .flatMap(inParts)
      .map((table, i) => renderTable(table, `tab:${key}-${i + 1}`, intervals));
    return `${preamble(said)}\n\n${rendered.join('\n\n')}\n`;
  },
} satisfies Format;

function preamble(said: readonly string[]): string {
  return [
    // What is commented out needs no escape, but must stay on its line.
    ...said.map((line) => `% ${line.replaceAll(/[^ -~]/g, '?')}`),
    '% Needs, in the preamble of your document:',
    '%   \\usepackage{booktabs}',
    '%   \\usepackage{graphicx} % shrinks tables that are wider than the text',
    '%   \\usepackage{textcomp} % only for LaTeX before 2020',
  ].join('\n');
}

/** Rows that fit a page. */
const ROWS_A_PART = 45;

function inParts(table: Table): readonly Table[] {
  const parts = Math.ceil(table.rows.length / ROWS_A_PART);
  if (parts <= 1) return [table];
  return Array.from({ length: parts }, (_, i) => ({
    ...table,
    title: `${table.title} (part ${i + 1} of ${parts})`,
    rows: table.rows.slice(i * ROWS_A_PART, (i + 1) * ROWS_A_PART),
    notes: i === parts - 1 ? table.notes : [],
  }));
}

/** One float with its caption, label and notes. */
function renderTable(table: Table, label: string, intervals: boolean): string {
  const { title, caption, columns, notes } = table;
  const places = placingsOf(table);
  const marks = isPlaced(places)
    ? [
        'Best figure in bold, second underlined, whether or not they are shown to differ; marked figures are not compared.',
      ]
    : [];
  const alignment = columns.map(({ align }) => (align === 'right' ? 'r' : 'l')).join('');
  return [
    '\\begin{table}[tbp]',
    '\\centering',
    `\\caption{${escapeLatex(`${withStop(title)} ${caption}`)}}`,
    `\\label{${label}}`,
    '\\par\\smallskip',
    '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
    `\\begin{tabular}{${alignment}}`,
    '\\toprule',
    ...groupLines(columns),
    `${columns.map((column) => escapeLatex(column.label)).join(' & ')} \\\\`,
    '\\midrule',
    ...bodyLines(table.rows, places, intervals),
    '\\bottomrule',
    '\\end{tabular}}',
    ...[...marks, ...(intervals ? roughNotes(table) : []), ...notes].map(
      (note) => `\\par\\smallskip{\\footnotesize\\raggedright ${escapeLatex(note)}\\par}`,
    ),
    '\\end{table}',
  ].join('\n');
}

function bodyLines(
  rows: readonly Row[],
  places: readonly (readonly Placing[])[],
  intervals: boolean,
): readonly string[] {
  const heads = rows.map(({ cells }) => cells[0]?.text);
  const grouped = heads.some((head, i) => i > 0 && head === heads[i - 1]);
  return rows.flatMap(({ cells }, i) => {
    const repeats = i > 0 && heads[i] === heads[i - 1];
    const line = cells.map((cell, k) =>
      k === 0 && repeats ? '' : renderCell(cell, places[i]?.[k], intervals),
    );
    const space = grouped && i > 0 && !repeats ? ['\\addlinespace'] : [];
    return [...space, `${line.join(' & ')} \\\\`];
  });
}

/** Words longer than this are broken into lines. */
const LONG = 40;

function renderCell(cell: Cell, place: Placing, intervals: boolean): string {
  if (cell === NO_FIGURE || cell.text === NO_FIGURE.text) return '--';
  if (cell.value === undefined) {
    return cell.text.length > LONG
      ? `\\parbox[t]{0.4\\linewidth}{\\raggedright ${escapeLatex(cell.text)}\\strut}`
      : escapeLatex(cell.text);
  }
  const figure = latexFigure(cell.text);
  const marked =
    place === 'best' ? `\\textbf{${figure}}` : place === 'second' ? `\\underline{${figure}}` : figure;
  const interval = intervals ? cell.interval : undefined;
  return interval === undefined
    ? marked
    : `${marked} {\\scriptsize ${interval.map(latexFigure).join('--')}${escapeLatex(roughMark(cell.caution))}}`;
}

/** A row of headings over several columns each, with a rule below them. */
function groupLines(columns: Table['columns']): readonly string[] {
  if (columns.every(({ group }) => group === undefined)) return [];
  const spans: { readonly group: string; readonly first: number; last: number }[] = [];
  for (const [i, { group = '' }] of columns.entries()) {
    const open = spans.at(-1);
    if (open !== undefined && open.group === group) open.last = i;
    else spans.push({ group, first: i, last: i });
  }
  const cells = spans.map(
    ({ group, first, last }) => `\\multicolumn{${last - first + 1}}{c}{${escapeLatex(group)}}`,
  );
  const rules = spans
    .filter(({ group }) => group !== '')
    .map(({ first, last }) => `\\cmidrule(lr){${first + 1}-${last + 1}}`);
  return [`${cells.join(' & ')} \\\\`, rules.join(' ')];
}

function withStop(title: string): string {
  return title.endsWith('.') ? title : `${title}.`;
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'run'
  );
}
