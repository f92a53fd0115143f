import { escapeControls } from '../../core/errors.js';
import type { Comparison } from '../../core/comparison.js';
import type { GateOutcome, PairVerdict } from '../../core/verdict.js';
import type { Table } from '../table.js';
import { headline, imageLine, verdictTitle, VERDICT_WORDS } from './outcome-lines.js';
import { pairTitle, preambleOf, tablesOfPair } from './tables.js';

/** A comparison as one self-contained page: no script, no network, light and dark, printable. */
export function comparisonToHtml(comparison: Comparison): string {
  const { baseline, candidate } = comparison;
  return page(`${baseline.label} and ${candidate.label}`, [
    `<h1>Comparison</h1>`,
    preamble(comparison),
    ...pairSections(comparison),
  ]);
}

/** A verdict as such a page: checks first, then all figures. */
export function outcomeToHtml(outcome: GateOutcome): string {
  return page(headline(outcome), [
    `<h1 class="${outcome.verdict}">${escapeHtml(headline(outcome))}</h1>`,
    ...(outcome.gate.description === null ? [] : [`<p>${escapeHtml(outcome.gate.description)}</p>`]),
    preamble(outcome.comparison),
    ...outcome.pairs.map(checkSection),
    ...pairSections(outcome.comparison),
  ]);
}

function preamble(comparison: Comparison): string {
  const { sides, warnings, remarks } = preambleOf(comparison);
  const list = [...sides, ...remarks].map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  const alarm = warnings.map((line) => `<p class="fail">${escapeHtml(line)}</p>`).join('');
  return `${alarm}<ul class="notes">${list}</ul>`;
}

function checkSection(pair: PairVerdict): string {
  const items = pair.checks.map(({ verdict, rule, evidence, images }) => {
    const named = images.map((image) => `<li>${escapeHtml(imageLine(image))}</li>`).join('');
    return `<li><strong class="${verdict}">${VERDICT_WORDS[verdict]}</strong> ${escapeHtml(rule)}<br>${escapeHtml(evidence)}${named === '' ? '' : `<ul>${named}</ul>`}</li>`;
  });
  return `<section><h2>${escapeHtml(verdictTitle(pair))}</h2><ul class="checks">${items.join('\n')}</ul></section>`;
}

function pairSections({ pairs }: Comparison): readonly string[] {
  return pairs.flatMap((pair) => [
    `<h2>${escapeHtml(pairTitle(pair))}</h2>`,
    ...tablesOfPair(pair).map(renderTable),
  ]);
}

function renderTable({ title, caption, columns, rows, notes }: Table): string {
  const head = columns.map(({ label, align }) => `<th scope="col" class="${align}">${escapeHtml(label)}</th>`);
  const body = rows.map(({ cells }) => {
    const [first, ...others] = cells;
    const tds = others.map(({ text }, i) => `<td class="${columns[i + 1].align}">${escapeHtml(text)}</td>`);
    return `<tr><th scope="row">${escapeHtml(first?.text ?? '')}</th>${tds.join('')}</tr>`;
  });
  return `<section><h3>${escapeHtml(title)}</h3>
<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>
<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul></section>`;
}

function page(title: string, parts: readonly string[]): string {
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
${parts.join('\n')}
</main>
</body>
</html>
`;
}

/** Text that stays text, whatever a file name or a config holds. */
function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return escapeControls(text).replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9df, #3a3f47); --soft: light-dark(#5a6270, #a3abb8); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #15171b); color: light-dark(#1b1f24, #e6e8eb); }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.25rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { caption-side: top; text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; font-weight: 400; }
thead th { font-weight: 600; } .right { text-align: right; }
.notes { color: var(--soft); font-size: .875rem; padding-left: 1.1rem; overflow-wrap: anywhere; }
.checks { list-style: none; padding: 0; } .checks > li { margin: .75rem 0; overflow-wrap: anywhere; }
.pass { color: light-dark(#14672f, #6fd08c); } .fail { color: light-dark(#a3161f, #ff8f8f); }
.inconclusive { color: light-dark(#805400, #e5b65a); }
@media print { main { max-width: none; } .scroll { overflow: visible; } }
`;
