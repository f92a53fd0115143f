import type { Evidence } from '../schema/evidence.js';
import type { Summary } from '../schema/summary.js';
import { readEvidence } from './evidence.js';
import { readSummary } from './read-summary.js';
import { hasManifest, readManifest, runFolder } from './run-folder.js';

/**
 * The summary of a finished run with the evidence that it is made of: whether the folder's files are complete and unchanged.
 *
 * @throws MaskbenchError `data.missing` (no finished run), `run.damaged`, or `run.mismatch` for one of a later version.
 */
export async function readRun(path: string): Promise<Summary> {
  const folder = runFolder(path);
  const evidenceOf = async (): Promise<Evidence> => readEvidence(folder, await readManifest(folder));
  // First: a run that a check has stopped has no summary, and is refused by name.
  const evidence = (await hasManifest(folder)) ? await evidenceOf() : undefined;
  const summary = await readSummary(folder);
  return { ...summary, evidence: evidence ?? (await evidenceOf()) };
}
