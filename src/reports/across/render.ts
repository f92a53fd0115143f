import type { Summary } from '../../schema/summary.js';
import { csv } from '../formats/csv.js';
import { deviceLabels } from '../tables/device-label.js';
import { renderTables as renderLatexTables } from '../formats/latex.js';
import { escapeMarkdown, renderTable as renderMarkdownTable } from '../formats/markdown.js';
import { renderPage } from '../page/render-page.js';
import type { RenderOptions } from '../formats/report.js';
import { renderTable as renderTerminalTable } from '../formats/terminal.js';
import { acrossDevices, type AcrossDevices } from './across-devices.js';
import { assertComparable } from './comparable.js';

/** Formats in which several runs can be rendered together. */
export const ACROSS_FORMATS = ['terminal', 'markdown', 'latex', 'csv', 'json', 'html'] as const;
export type AcrossFormat = (typeof ACROSS_FORMATS)[number];

/** @throws MaskbenchError `run.mismatch` if the runs are not one experiment. */
export function renderAcross(
  summaries: readonly Summary[],
  format: AcrossFormat,
  { intervals = false, columns }: RenderOptions = {},
): string {
  switch (format) {
    case 'terminal':
      return terminalText(acrossDevices(summaries, columns));
    case 'markdown':
      return markdownText(acrossDevices(summaries, columns), intervals);
    case 'latex':
      return latexText(acrossDevices(summaries, columns), intervals);
    case 'html':
      assertComparable(summaries, deviceLabels(summaries));
      return renderPage({
        runs: summaries.map((summary) => ({ summary })),
        ...(columns === undefined ? {} : { columns }),
      });
    case 'csv':
      return csvText(summaries);
    case 'json':
      assertComparable(summaries, deviceLabels(summaries));
      return `${JSON.stringify(summaries, null, 2)}\n`;
  }
}

function terminalText({ differences, tables }: AcrossDevices): string {
  const said = differences.map((line) => `Differs: ${line}\n`).join('');
  return `${said}${said === '' ? '' : '\n'}${tables.map(renderTerminalTable).join('\n\n')}\n`;
}

function markdownText({ title, differences, tables }: AcrossDevices, intervals: boolean): string {
  const said = differences.map((line) => `- Differs: ${escapeMarkdown(line)}`).join('\n');
  const parts = [
    `# ${escapeMarkdown(title)}`,
    said,
    ...tables.map((table) => renderMarkdownTable(table, intervals)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function latexText({ title, differences, tables }: AcrossDevices, intervals: boolean): string {
  return renderLatexTables(tables, {
    name: title,
    said: [title, ...differences.map((line) => `Differs: ${line}`)],
    intervals,
  });
}

/** The lines of every run, with its device in front. */
function csvText(summaries: readonly Summary[]): string {
  const labels = deviceLabels(summaries);
  assertComparable(summaries, labels);
  const lines = summaries.flatMap((summary, i) => {
    const [header = '', ...rows] = csv.render(summary).trimEnd().split('\r\n');
    const device = `"${(labels[i] ?? '').replaceAll('"', '""')}"`;
    return [...(i === 0 ? [`device,${header}`] : []), ...rows.map((row) => `${device},${row}`)];
  });
  return `${lines.join('\r\n')}\r\n`;
}
