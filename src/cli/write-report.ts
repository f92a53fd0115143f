import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writingTo } from '../core/failed-write.js';
import { compiledEntry } from '../core/package-root.js';
import { writeWhole } from '../core/write-whole.js';
import { type PageAssets, renderPage } from '../reports/page/render-page.js';
import type { RankingReport } from '../schema/ranking.js';
import type { Summary } from '../schema/summary.js';
import { gatherRun } from '../analysis/gather-page.js';
import { reportDocument } from '../reports/document.js';
import { markdown } from '../reports/formats/markdown.js';
import type { CliContext } from './context.js';
import { galleryOfPage } from './page-gallery.js';
import type { PageInput, PageRun } from '../schema/page-input.js';
import { summarise } from '../pipeline/summarise.js';
import { readSummary } from '../store/read-summary.js';
import { readEvidence } from '../store/evidence.js';
import { hasManifest, readManifest, runFolder } from '../store/run-folder.js';
import { assertComparable } from '../reports/across/comparable.js';
import { deviceLabels } from '../reports/tables/device-label.js';

/** Writes a rendered report whole or not at all. */
export async function writeReport(path: string, content: string | Uint8Array): Promise<void> {
  await writingTo(path, () => writeWhole(path, content));
}

/** The client script of the page, as the build bundled it. */
export async function readPageAssets(): Promise<PageAssets> {
  return {
    script: await readFile(compiledEntry(new URL('../reports/page/client.js', import.meta.url)), 'utf8'),
  };
}

/**
 * The reports that every run folder holds: report.md and report.html, with its pictures in it or beside it.
 *
 * @returns the tiers of its models.
 */
export async function writeRunReports(folder: string, summary: Summary): Promise<RankingReport | undefined> {
  const run = await gatherRun(folder, summary);
  const document = reportDocument([summary], { rankings: [run.ranking] });
  await writeReport(join(folder, 'report.md'), markdown.render(document));
  const page = join(folder, 'report.html');
  const gallery = await galleryOfPage([folder], page, {}, folder);
  const input = { runs: [run], ...(gallery === null ? {} : { gallery }) };
  await writeReport(page, renderPage(input, await readPageAssets()));
  return run.ranking;
}

/** Says where a run lies and what is in it. */
export function tellRunFolder(folder: string, { cwd, err }: CliContext): void {
  const path = relative(cwd, folder) || '.';
  err(`Written to ${path}: summary.json, predictions/ and, with every table, report.md and report.html\n`);
}

/**
 * The summaries of runs, each with the evidence that it is made of. An unfinished run may have none, or one that nothing covers:
 * it is summed up from its records, as its own end would.
 *
 * @throws MaskbenchError `run.damaged`.
 */
export async function readSummaries(folders: readonly string[]): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  for (const path of folders) {
    const folder = runFolder(path);
    // First: a run that a check has stopped has no summary, and is refused by name.
    const manifest = (await hasManifest(folder)) ? await readManifest(folder) : undefined;
    const evidence = manifest && (await readEvidence(folder, manifest));
    const summary =
      manifest !== undefined && evidence?.kind === 'unfinished'
        ? (await summarise(folder, manifest)).summary
        : await readSummary(folder);
    summaries.push({
      ...summary,
      evidence: evidence ?? (await readEvidence(folder, await readManifest(folder))),
    });
  }
  return summaries;
}

/**
 * All that a page or plots of several runs are made of.
 *
 * @throws MaskbenchError `run.mismatch` if they are not one experiment.
 */
export async function gatherRuns(folders: readonly string[]): Promise<PageInput> {
  const summaries = await readSummaries(folders);
  assertComparable(summaries, deviceLabels(summaries));
  const runs: PageRun[] = [];
  for (const [i, summary] of summaries.entries()) runs.push(await gatherRun(folders[i], summary));
  return { runs };
}
