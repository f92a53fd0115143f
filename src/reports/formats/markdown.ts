import { escapeControls } from '../../core/errors.js';
import { roughMark } from '../../schema/caution.js';
import type { Format, RenderOptions } from './format.js';
import type { ReportDocument } from '../document.js';
import { isPlaced, placingsOf, type Placing } from '../tables/placings.js';
import { roughNotes, type Cell, type Table } from '../tables/table.js';

/** Failed cells that are listed; the JSON has all. */
const FAILURES = 20;

/** GitHub-flavoured Markdown, to be pasted into an issue or a paper's draft. */
export const markdown = {
  name: 'markdown',
  extension: 'md',
  summary: 'GitHub-flavoured Markdown',
  render(document: ReportDocument, { intervals = false }: RenderOptions = {}) {
    const { title, made, differences, evidence, tables } = document;
    const failures = document.failures
      .slice(0, FAILURES)
      .map(
        ({ model, dataset, id, failure }) =>
          `- \`${inline(`${model} / ${dataset} / ${id}`)}\`: ${escapeMarkdown(failure.message)} (${failure.code})`,
      );
    const parts = [
      ...(title === null ? [] : [`# ${escapeMarkdown(title)}`]),
      ...(made === null ? [] : [`Made by Maskbench ${made.maskbenchVersion} on ${made.createdAt}.`]),
      ...evidence.map((line) => `${escapeMarkdown(line)}.`),
      ...(differences.length === 0
        ? []
        : [differences.map((line) => `- Differs: ${escapeMarkdown(line)}`).join('\n')]),
      ...tables.map((table) => renderTable(table, intervals)),
      ...(failures.length === 0 ? [] : [`## Failed cells\n\n${failures.join('\n')}`]),
    ];
    return `${parts.join('\n\n')}\n`;
  },
} satisfies Format;

/**
 * One table under a heading, the best of each contest in bold, the second in italics. Column groups go into the labels,
 * since Markdown has one heading row.
 */
export function renderTable(table: Table, intervals = false): string {
  const { title, caption, columns, rows } = table;
  const places = placingsOf(table);
  const notes = [
    ...(isPlaced(places)
      ? [
          'Best figure in bold, second in italics, whether or not they are shown to differ ("maskbench rank" says); marked figures are not compared.',
        ]
      : []),
    ...(intervals ? roughNotes(table) : []),
    ...table.notes,
  ];
  const labels = columns.map(({ group, label }) => (group === undefined ? label : `${group}: ${label}`));
  const lines = [
    row(labels),
    row(
      columns.map(({ align }) => (align === 'right' ? '---:' : ':---')),
      false,
    ),
    ...rows.map(({ cells }, i) =>
      row(
        cells.map((cell, k) => renderCell(cell, places[i]?.[k], intervals)),
        false,
      ),
    ),
  ];
  const parts = [`## ${escapeMarkdown(title)}`, escapeMarkdown(caption), lines.join('\n')];
  if (notes.length > 0) parts.push(notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n'));
  return parts.join('\n\n');
}

function renderCell(cell: Cell, place: Placing, intervals: boolean): string {
  const { text, interval } = cell;
  const figure = escapeMarkdown(text);
  const marked = place === 'best' ? `**${figure}**` : place === 'second' ? `_${figure}_` : figure;
  return intervals && interval !== undefined
    ? `${marked} (${interval.join(' to ')}${escapeMarkdown(roughMark(cell.caution))})`
    : marked;
}

function row(cells: readonly string[], escape = true): string {
  return `| ${cells.map((cell) => (escape ? escapeMarkdown(cell) : cell)).join(' | ')} |`;
}

/** Text that stays text in Markdown and in the HTML that it may hold. */
export function escapeMarkdown(text: string): string {
  return escapeControls(text).replace(/[\\`*_[\]<>|#&~]/g, (c) =>
    c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`,
  );
}

function inline(text: string): string {
  return escapeControls(text).replaceAll('`', "'");
}
