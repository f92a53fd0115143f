import { existsSync } from 'node:fs';
import { describeProtocols } from '../metrics/describe.js';
import { SCHEMA_VERSION, summarySchema, type Summary } from '../schema/summary.js';
import { readDocument } from './read-document.js';
import { noRun, type RunFolder } from './run-folder.js';

/**
 * The summary of a run folder, checked by its schema. Keys that the schema does not have are left alone.
 *
 * @throws MaskbenchError `data.missing` (no finished run), `run.mismatch` (of a later version) or `data.unreadable`
 *   (damaged), naming the first place that is not as it should be.
 */
export async function readSummary(folder: RunFolder): Promise<Summary> {
  const summary = await readDocument(folder.summary, summarySchema, {
    versions: { schemaVersion: SCHEMA_VERSION },
    missing: existsSync(folder.manifest)
      ? {
          message: 'no finished run in this folder (summary.json)',
          where: folder.path,
          remedy: `finish it with "maskbench resume ${folder.path}"`,
        }
      : noRun(folder.path),
    remedy: `make it again with "maskbench resume ${folder.path}"`,
  });
  // Summaries of 0.1 do not say by which protocols they were scored, but in their signatures; nor by which metrics.
  const ids = summary.signatures.map((signature) => signature.split('|', 1)[0]);
  const scored = new Set(summary.accuracy.flatMap(({ metrics }) => Object.keys(metrics)));
  const { protocols, metrics } = summary;
  return protocols === undefined || metrics === undefined
    ? { ...describeProtocols(ids, [...scored]), ...summary }
    : summary;
}
