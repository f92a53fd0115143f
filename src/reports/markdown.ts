import { escapeControls } from '../core/errors.js';
import type { Summary } from '../core/summary.js';
import type { Report } from './report.js';
import type { Table } from './table.js';
import { tablesOf } from './tables-of.js';

/** GitHub-flavoured Markdown, to be pasted into an issue or a paper's draft. */
export const markdown: Report = {
  name: 'markdown',
  extension: 'md',
  summary: 'GitHub-flavoured Markdown',
  render(summary: Summary) {
    const failures = summary.failures.slice(0, 20).map(
      ({ model, dataset, id, failure }) =>
        `- \`${inline(`${model} / ${dataset} / ${id}`)}\`: ${escapeMarkdown(failure.message)} (${failure.code})`,
    );
    return [
      `# ${escapeMarkdown(summary.name)}`,
      `Made by Maskbench ${summary.maskbenchVersion} on ${summary.createdAt}.`,
      ...tablesOf(summary).map(renderTable),
      ...(failures.length === 0 ? [] : [`## Failed cells\n\n${failures.join('\n')}`]),
    ].join('\n\n').concat('\n');
  },
};

/** One table under a heading. Column groups go into the labels, since Markdown has one heading row. */
export function renderTable({ title, caption, columns, rows, notes }: Table): string {
  const labels = columns.map(({ group, label }) => (group === undefined ? label : `${group}: ${label}`));
  const lines = [
    row(labels),
    row(columns.map(({ align }) => (align === 'right' ? '---:' : ':---')), false),
    ...rows.map(({ cells }) => row(cells.map(({ text }) => text))),
  ];
  const parts = [`## ${escapeMarkdown(title)}`, escapeMarkdown(caption), lines.join('\n')];
  if (notes.length > 0) parts.push(notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n'));
  return parts.join('\n\n');
}

function row(cells: readonly string[], escape = true): string {
  return `| ${cells.map((cell) => (escape ? escapeMarkdown(cell) : cell)).join(' | ')} |`;
}

/** Text that stays text in Markdown and in the HTML that it may hold. */
export function escapeMarkdown(text: string): string {
  return escapeControls(text).replace(/[\\`*_[\]<>|#&~]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`));
}

function inline(text: string): string {
  return escapeControls(text).replaceAll('`', "'");
}
