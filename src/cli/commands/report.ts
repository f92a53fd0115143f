import { resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import type { Gallery } from '../../schema/gallery.js';
import type { Summary } from '../../schema/summary.js';
import { readSummary } from '../../store/read-summary.js';
import { runFolder } from '../../store/run-folder.js';
import { ACROSS_FORMATS, renderAcross } from '../../reports/across/render.js';
import { renderPage } from '../../reports/page/render-page.js';
import { REPORTS } from '../../reports/formats/registry.js';
import type { CliContext } from '../context.js';
import { gatherRuns } from '../gather-runs.js';
import { readPageAssets } from '../page-assets.js';
import { assertGalleryHasPage, galleryOfPage, type GalleryOptions } from '../page-gallery.js';
import { writeReport } from '../write-report.js';

export interface ReportOptions extends GalleryOptions {
  readonly format: string;
  readonly out?: string;
  readonly intervals?: boolean;
  readonly columns?: readonly string[];
}

/** `maskbench report`: renders the summary of a run folder, or of several, made on several devices, side by side. */
export async function reportCommand(
  runs: readonly string[],
  options: ReportOptions,
  context: CliContext,
): Promise<void> {
  const folders = runs.map((run) => resolve(context.cwd, run));
  const out = options.out === undefined ? null : resolve(context.cwd, options.out);
  assertGalleryHasPage(options, options.format);
  const text =
    options.format === 'html'
      ? await page(folders, await galleryOfPage(runs, out, options, context.cwd), options)
      : render(await readAll(folders), options);
  if (out === null) context.out(text);
  else await writeReport(out, text);
}

async function readAll(folders: readonly string[]): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  for (const folder of folders) summaries.push(await readSummary(runFolder(folder)));
  return summaries;
}

async function page(
  folders: readonly string[],
  gallery: Gallery | null,
  { columns }: ReportOptions,
): Promise<string> {
  const input = await gatherRuns(folders);
  const chosen = columns === undefined ? {} : { columns };
  return renderPage(
    { ...input, ...chosen, ...(gallery === null ? {} : { gallery }) },
    await readPageAssets(),
  );
}

function render(
  summaries: readonly Summary[],
  { format, intervals = false, columns }: ReportOptions,
): string {
  const rendering = { intervals, ...(columns === undefined ? {} : { columns }) };
  const [only, ...others] = summaries;
  if (only !== undefined && others.length === 0) {
    const report = REPORTS.find(({ name }) => name === format);
    if (report === undefined) throw new MaskbenchError('usage', `unknown format "${format}"`);
    return report.render(only, rendering);
  }
  const across = ACROSS_FORMATS.find((name) => name === format);
  if (across === undefined) {
    throw new MaskbenchError('usage', `several runs cannot be rendered as ${format}`, {
      remedy: `expected one of ${ACROSS_FORMATS.join(', ')}`,
    });
  }
  return renderAcross(summaries, across, rendering);
}
