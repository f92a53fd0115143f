import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { Gallery } from '../../core/gallery.js';
import type { Summary } from '../../core/summary.js';
import { readSummary } from '../../evaluate/read-summary.js';
import { runFolder } from '../../evaluate/run-folder.js';
import { assertComparable } from '../../reports/across/comparable.js';
import { ACROSS_FORMATS, renderAcross } from '../../reports/across/render.js';
import { deviceLabels } from '../../reports/device-label.js';
import { renderPage } from '../../reports/page/render-page.js';
import { REPORTS } from '../../reports/registry.js';
import type { CliContext } from '../context.js';
import { readPageAssets } from '../page-assets.js';
import { assertGalleryHasPage, galleryOfPage, type GalleryOptions } from '../page-gallery.js';
import { writeReport } from '../write-report.js';

export interface ReportOptions extends GalleryOptions {
  readonly format: string;
  readonly out?: string;
  readonly intervals?: boolean;
}

/** `maskbench report`: renders the summary of a run folder, or of several, made on several devices, side by side. */
export async function reportCommand(
  runs: readonly string[],
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  const summaries: Summary[] = [];
  for (const run of runs) summaries.push(await readSummary(runFolder(resolve(context.cwd, run))));
  const out = options.out === undefined ? null : resolve(context.cwd, options.out);
  assertGalleryHasPage(options, options.format);
  const text =
    options.format === 'html'
      ? await page(summaries, await galleryOfPage(runs, out, options, context.cwd))
      : render(summaries, options);
  if (out === null) context.out(text);
  else await writeReport(out, text);
}

async function page(summaries: readonly Summary[], gallery: Gallery | null): Promise<string> {
  assertComparable(summaries, deviceLabels(summaries));
  const runs = summaries.map((summary) => ({ summary }));
  return renderPage({ runs, ...(gallery === null ? {} : { gallery }) }, await readPageAssets());
}

function render(
  summaries: readonly Summary[],
  { format, intervals = false }: Pick<ReportOptions, 'format' | 'intervals'>,
): string {
  const [only, ...others] = summaries;
  if (only !== undefined && others.length === 0) {
    const report = REPORTS.find(({ name }) => name === format);
    if (report === undefined) throw new MaskbenchError('usage', `unknown format "${format}"`);
    return report.render(only, { intervals });
  }
  const across = ACROSS_FORMATS.find((name) => name === format);
  if (across === undefined) {
    throw new MaskbenchError('usage', `several runs cannot be rendered as ${format}`, {
      remedy: `expected one of ${ACROSS_FORMATS.join(', ')}`,
    });
  }
  return renderAcross(summaries, across, { intervals });
}
