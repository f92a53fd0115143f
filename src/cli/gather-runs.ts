import type { PageInput, PageRun } from '../schema/page-input.js';
import type { Summary } from '../schema/summary.js';
import { readSummary } from '../store/read-summary.js';
import { gatherRun } from '../analysis/gather-page.js';
import { runFolder } from '../store/run-folder.js';
import { assertComparable } from '../reports/across/comparable.js';
import { deviceLabels } from '../reports/tables/device-label.js';

export async function readSummaries(folders: readonly string[]): Promise<readonly Summary[]> {
  const summaries: Summary[] = [];
  for (const folder of folders) summaries.push(await readSummary(runFolder(folder)));
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
