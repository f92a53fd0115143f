import { escapeControls } from '../core/errors.js';
import type { Table } from './table.js';

export interface Page {
  readonly title: string;
  /** One paragraph under the title. */
  readonly headline: string;
  readonly tables: readonly Table[];
  /** Further markup below the tables; escaped already. */
  readonly below?: string;
  readonly footer?: string;
}

/** One self-contained page: no script, no network, light and dark, printable. */
export function renderPage({ title, headline, tables, below = '', footer = '' }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)} - Maskbench</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(headline)}</p>
${tables.map(renderTable).join('\n')}
${below}
<footer>${escapeHtml(footer)}</footer>
</main>
</body>
</html>
`;
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

/** Text that stays text, whatever a file name or a config holds. */
export function escapeHtml(text: string): string {
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
