import type { Summary } from '../core/summary.js';
import { deviceLabel } from './device-label.js';
import { escapeHtml, renderPage } from './html-page.js';
import type { Report } from './report.js';
import { tablesOf } from './tables-of.js';

/** One self-contained page: no script, no network, light and dark, printable. */
export const html: Report = {
  name: 'html',
  extension: 'html',
  summary: 'one self-contained page',
  render: (summary: Summary) =>
    renderPage({
      title: summary.name,
      headline: headline(summary),
      tables: tablesOf(summary),
      below: renderFailures(summary),
      footer: `Maskbench ${summary.maskbenchVersion}, ${summary.createdAt}; ${software(summary)}`,
    }),
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

function renderFailures({ failures, cells }: Summary): string {
  if (failures.length === 0) return '';
  const items = failures.map(
    ({ model, dataset, id, failure }) =>
      `<li><code>${escapeHtml(`${model} / ${dataset} / ${id}`)}</code> ${escapeHtml(failure.message)} <small>${escapeHtml(failure.code)}</small></li>`,
  );
  return `<section><h2>Failed cells</h2><p>${cells.failed} of ${cells.planned} cells failed and are in no mean.</p><ul>${items.join('')}</ul></section>`;
}
