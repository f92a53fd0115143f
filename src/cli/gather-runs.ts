import type { PageInput, PageRun } from '../core/page-input.js';
import { readSummary } from '../evaluate/read-summary.js';
import { gatherRun } from '../evaluate/report-data/gather.js';
import { runFolder } from '../evaluate/run-folder.js';
import { assertComparable } from '../reports/across/comparable.js';
import { deviceLabels } from '../reports/device-label.js';

/**
 * All that a page or plots of several runs are made of.
 *
 * @throws MaskbenchError `run.mismatch` if they are not one experiment.
 */
export async function gatherRuns(folders: readonly string[]): Promise<PageInput> {
  const summaries = [];
  for (const folder of folders) summaries.push(await readSummary(runFolder(folder)));
  assertComparable(summaries, deviceLabels(summaries));
  const runs: PageRun[] = [];
  for (const [i, summary] of summaries.entries()) runs.push(await gatherRun(folders[i], summary));
  return { runs };
}
