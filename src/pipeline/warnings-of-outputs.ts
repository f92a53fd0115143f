import { runnerOf } from '../runners/runner-of.js';
import type { OutputWarning } from '../schema/summary.js';
import type { Cells } from '../store/cells.js';
import type { RunSettings } from '../store/manifest.js';
import { readRecords, type RunFolder } from '../store/run-folder.js';

/** From so many mattes on it means something that all are constant. */
const ENOUGH = 3;

/**
 * What the mattes of a run and the raw values that they were read from, all together, give away, whether they were predicted
 * now, before a resume or on another shard. Records of 0.1 say nothing of either.
 *
 * @param cells opened with `outputs`.
 */
export async function warningsOfOutputs(
  folder: RunFolder,
  cells: Cells,
  { models }: RunSettings,
): Promise<readonly OutputWarning[]> {
  const isThereToFind = await hasShapes(folder);
  const warnings: OutputWarning[] = [];
  for (const { spec } of models) {
    const outputs = [...cells.outputsOf(spec.name)];
    const of = outputs.length;
    const doubts = [...((await runnerOf(spec).doubts?.(spec, outputs)) ?? [])];
    const isTold = doubts.some(({ kind }) => kind === 'constant-mattes');
    if (isThereToFind && !isTold && of >= ENOUGH && outputs.every(({ constant }) => constant !== undefined)) {
      const message = `all ${of} mattes have one value everywhere: they show nothing of the pictures`;
      doubts.unshift({ kind: 'constant-mattes', images: of, of, message });
    }
    warnings.push(...doubts.map((doubt) => ({ model: spec.name, ...doubt })));
  }
  return warnings;
}

/** Whether any ground truth that was measured has both foreground and background. */
async function hasShapes(folder: RunFolder): Promise<boolean> {
  for await (const record of readRecords(folder, 'truths')) {
    if (record.status === 'failed') continue;
    const { foregroundShare } = record.attributes;
    if (foregroundShare > 0 && foregroundShare < 1) return true;
  }
  return false;
}
