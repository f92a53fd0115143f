import { join, relative } from 'node:path';
import type { Summary } from '../schema/summary.js';
import { gatherRun } from '../analysis/gather-page.js';
import { reportDocument } from '../reports/document.js';
import { markdown } from '../reports/formats/markdown.js';
import { renderPage } from '../reports/page/render-page.js';
import type { CliContext } from './context.js';
import { readPageAssets } from './page-assets.js';
import { galleryOfPage } from './page-gallery.js';
import { writeReport } from './write-report.js';

/** The reports that every run folder holds: report.md and report.html, with its pictures in it or beside it. */
export async function writeRunReports(folder: string, summary: Summary): Promise<void> {
  await writeReport(join(folder, 'report.md'), markdown.render(reportDocument([summary])));
  const page = join(folder, 'report.html');
  const gallery = await galleryOfPage([folder], page, {}, folder);
  const input = { runs: [await gatherRun(folder, summary)], ...(gallery === null ? {} : { gallery }) };
  await writeReport(page, renderPage(input, await readPageAssets()));
}

/** Says where a run lies and what is in it. */
export function tellRunFolder(folder: string, { cwd, err }: CliContext): void {
  const path = relative(cwd, folder) || '.';
  err(`Written to ${path}: summary.json, predictions/ and, with every table, report.md and report.html\n`);
}
