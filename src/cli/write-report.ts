import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writingTo } from '../core/failed-write.js';
import { compiledEntry } from '../core/package-root.js';
import { writeWhole } from '../core/write-whole.js';
import type { PageAssets } from '../reports/page/render-page.js';
import type { RankingReport } from '../schema/ranking.js';
import type { Summary } from '../schema/summary.js';
import { gatherRun } from '../analysis/gather-page.js';
import { reportDocument } from '../reports/document.js';
import { markdown } from '../reports/formats/markdown.js';
import type { CliContext } from './context.js';
import { galleryOfPage, picturesBeside } from './page-gallery.js';
import type { PageInput, PageRun } from '../schema/page-input.js';
import { readRun } from '../store/read-run.js';
import { summarise } from '../pipeline/summarise.js';
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

/** What is left in a run folder for people. */
interface RunReports {
  /** The tiers of its models. */
  readonly ranking: RankingReport | undefined;
  /** Names of files and folders. */
  readonly files: readonly string[];
}

/**
 * The reports that every run folder holds: report.md and report.html, with its pictures in it or beside it.
 *
 * @param embed whether pictures are in the page; by default as long as they are few
 */
export async function writeRunReports(
  folder: string,
  summary: Summary,
  { embed }: { readonly embed?: boolean | undefined } = {},
): Promise<RunReports> {
  const run = await gatherRun(folder, summary);
  const document = reportDocument([summary], { rankings: [run.ranking] });
  await writeReport(join(folder, 'report.md'), markdown.render(document));
  const page = join(folder, 'report.html');
  const gallery = await galleryOfPage([folder], page, embed === undefined ? {} : { embed }, folder);
  const input = { runs: [run], ...(gallery === null ? {} : { gallery }) };
  const { renderPage } = await import('../reports/page/render-page.js');
  const html = renderPage(input, await readPageAssets());
  await writeReport(page, html);
  return { ranking: run.ranking, files: ['report.md', 'report.html', ...picturesBeside(page, html)] };
}

/** Says where a run lies and what is in it. */
export function tellRunFolder(
  folder: string,
  { files }: Pick<RunReports, 'files'>,
  { cwd, err }: CliContext,
): void {
  const path = relative(cwd, folder) || '.';
  err(`Written to ${path}: summary.json, predictions/ and, with every table, ${inWords(files)}\n`);
}

/** Says that a report was written, and which folder beside it belongs to it. */
export function tellFile(out: string, text: string | Uint8Array, { err }: CliContext): void {
  const beside = typeof text === 'string' ? picturesBeside(out, text) : [];
  err(`Written to ${[out, ...beside.map((name) => join(dirname(out), name))].join(', its pictures to ')}\n`);
}

function inWords(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * The summaries of runs, each with the evidence that it is made of. An unfinished run may have none, or one that nothing covers:
 * it is summed up from its records, as its own end would.
 *
 * @throws as `readRun`
 */
export async function readSummaries(folders: readonly string[]): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  for (const path of folders) {
    const folder = runFolder(path);
    // First: a run that a check has stopped has no summary, and is refused by name.
    const manifest = (await hasManifest(folder)) ? await readManifest(folder) : undefined;
    const evidence = manifest && (await readEvidence(folder, manifest));
    summaries.push(
      manifest !== undefined && evidence?.kind === 'unfinished'
        ? { ...(await summarise(folder, manifest)).summary, evidence }
        : await readRun(path),
    );
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
