import { dirname } from 'node:path';
import { z } from 'zod';
import type { DatasetCurves } from '../metrics/dataset-curves.js';
import { runCurves, type RunCurves } from '../schema/page-input.js';
import { writeWhole } from '../core/write-whole.js';
import { readDocument } from './read-document.js';
import type { RunFolder } from './run-folder.js';

/** Version of curves.json. */
const CURVES_VERSION = 1;

/** The curves of one model on one dataset, as they stand in curves.json. */
export interface CurvesOfCells extends DatasetCurves {
  readonly model: string;
  readonly dataset: string;
  readonly signature: string;
}

/** As much of it as is read: what is told of single points is in the summary. */
const curvesSchema = z.object({
  schemaVersion: z.literal(CURVES_VERSION),
  curves: z.array(runCurves),
});

/**
 * The curves of a run: a few hundred numbers a model and dataset, however many images there were.
 *
 * @throws MaskbenchError `data.missing`, `run.mismatch` (of a later version) or `data.unreadable`.
 */
export async function readCurves({ curves: path }: RunFolder): Promise<readonly RunCurves[]> {
  const { curves } = await readDocument(path, curvesSchema, {
    versions: { schemaVersion: CURVES_VERSION },
    missing: { message: 'the run has no curves', where: path },
    remedy: `make it again with "maskbench resume ${dirname(path)}"`,
  });
  return curves;
}

/** One line per model, dataset and protocol: the arrays are for plotting, and long. */
export async function writeCurves(folder: RunFolder, curves: readonly CurvesOfCells[]): Promise<void> {
  const lines = curves.map((of) => `\n${JSON.stringify(of)}`).join(',');
  const document = `{"schemaVersion":${CURVES_VERSION},"curves":[${lines}\n]}\n`;
  await writeWhole(folder.curves, document);
}
