import { escapeControls } from '../core/errors.js';
import type { Summary } from '../core/summary.js';
import { deviceLabel } from './inference-time-table.js';
import type { Report } from './report.js';
import type { Table } from './table.js';
import { tablesOf } from './tables-of.js';

/** One self-contained page: no script, no network, light and dark, printable. */
export const html: Report = {
  name: 'html',
  extension: 'html',
  summary: 'one self-contained page',
  render: (summary: Summary) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(summary.name)} - Maskbench</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(summary.name)}</h1>
<p>${escapeHtml(headline(summary))}</p>
${tablesOf(summary).map(renderTable).join('\n')}
${renderFailures(summary)}
<footer>Maskbench ${escapeHtml(summary.maskbenchVersion)}, ${escapeHtml(summary.createdAt)}; ${escapeHtml(software(summary))}</footer>
</main>
</body>
</html>
`,
};

function headline(summary: Summary): string {
  const { models, datasets, cells } = summary;
  const images = datasets.reduce((sum, { samples }) => sum + samples, 0);
  const failed = cells.failed === 0 ? 'none failed' : `${cells.failed} failed`;
  return `${models.length} models, ${images} images in ${datasets.length} datasets, on ${deviceLabel(summary)} (${summary.device.cpu}); ${cells.planned} cells, ${failed}.`;
}

function software({ device }: Summary): string {
  return Object.entries(device.software)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

function renderTable({ title, caption, columns, rows, notes }: Table): string {
  const head = columns.map(({ label, align }) => `<th scope="col" class="${align}">${escapeHtml(label)}</th>`);
  const body = rows.map(({ kind, cells }) => {
    const tds = cells.map(({ text }, i) =>
      i === 0
        ? `<th scope="row">${escapeHtml(text)}</th>`
        : `<td class="${columns[i].align}">${escapeHtml(text)}</td>`,
    );
    return `<tr class="${kind}">${tds.join('')}</tr>`;
  });
  return `<section>
<h2>${escapeHtml(title)}</h2>
<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><table>
<caption>${escapeHtml(caption)}</caption>
<thead>${groupRow(columns)}<tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>
${notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`}
</section>`;
}

/** Equal neighbouring groups become one heading over their columns. */
function groupRow(columns: Table['columns']): string {
  if (columns.every(({ group }) => group === undefined)) return '';
  const spans: { group: string; span: number }[] = [];
  for (const { group = '' } of columns) {
    const last = spans.at(-1);
    if (last !== undefined && last.group === group) last.span++;
    else spans.push({ group, span: 1 });
  }
  const cells = spans.map(({ group, span }) =>
    group === ''
      ? `<td colspan="${span}"></td>`
      : `<th scope="colgroup" colspan="${span}" class="group">${escapeHtml(group)}</th>`,
  );
  return `<tr>${cells.join('')}</tr>`;
}

function renderFailures({ failures, cells }: Summary): string {
  if (failures.length === 0) return '';
  const items = failures.map(
    ({ model, dataset, id, failure }) =>
      `<li><code>${escapeHtml(`${model} / ${dataset} / ${id}`)}</code> ${escapeHtml(failure.message)} <small>${escapeHtml(failure.code)}</small></li>`,
  );
  return `<section><h2>Failed cells</h2><p>${cells.failed} of ${cells.planned} cells failed and are in no mean.</p><ul>${items.join('')}</ul></section>`;
}

/** Text that stays text, whatever a file name or a config holds. */
function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return escapeControls(text).replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9df, #3a3f47); --soft: light-dark(#5a6270, #a3abb8); --stripe: light-dark(#f6f7f9, #1d2025); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #15171b); color: light-dark(#1b1f24, #e6e8eb); }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { caption-side: top; text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { padding: .35rem .8rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
thead th { font-weight: 600; border-bottom: 2px solid var(--line); } tbody th { font-weight: 500; }
th.group { text-align: center; } .right { text-align: right; }
tbody tr:nth-child(even) { background: var(--stripe); }
tr.published { color: var(--soft); font-style: italic; }
.notes { color: var(--soft); font-size: .875rem; padding-left: 1.1rem; } code, .notes { overflow-wrap: anywhere; }
footer { margin-top: 3rem; color: var(--soft); font-size: .875rem; }
@media print { main { max-width: none; } .scroll { overflow: visible; } }
`;
