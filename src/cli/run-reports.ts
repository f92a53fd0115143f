import { join } from 'node:path';
import type { Summary } from '../core/summary.js';
import { markdown } from '../reports/markdown.js';
import { renderPage } from '../reports/page/render-page.js';
import { readPageAssets } from './page-assets.js';
import { writeReport } from './write-report.js';

/** The reports that every run folder holds: report.md and report.html. */
export async function writeRunReports(folder: string, summary: Summary): Promise<void> {
  await writeReport(join(folder, 'report.md'), markdown.render(summary));
  await writeReport(join(folder, 'report.html'), renderPage({ runs: [{ summary }] }, await readPageAssets()));
}
