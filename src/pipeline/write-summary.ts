import type { Summary } from '../schema/summary.js';
import type { Manifest } from '../store/manifest.js';
import { writeJson, type RunFolder } from '../store/run-folder.js';
import { summariseCurves, writeCurves } from './summarise-curves.js';
import { summarise } from './summarise.js';

/** Sums a run folder's records up into curves.json and summary.json. */
export async function writeSummary(folder: RunFolder, manifest: Manifest): Promise<Summary> {
  const curves = await summariseCurves(folder, manifest.settings);
  await writeCurves(folder.curves, curves);
  const summary = await summarise(folder, manifest, curves);
  await writeJson(folder.summary, summary);
  return summary;
}
