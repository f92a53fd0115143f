import type { ThresholdRow } from '../schema/summary.js';
import { protocolsOf } from '../metrics/registry.js';
import { signatureOf } from '../metrics/signature.js';
import { bestThreshold } from '../scoring/aggregate/best-threshold.js';
import { tallyCurves } from '../scoring/aggregate/tally.js';
import type { Cells } from '../store/cells.js';
import type { CurvesOfCells } from '../store/curves.js';
import type { RunSettings } from '../store/manifest.js';

/** Means over images of precision, recall, F and IoU at the 256 thresholds, by model, dataset and protocol. */
export async function summariseCurves(
  cells: Cells,
  { models, datasets, scoring }: RunSettings,
): Promise<readonly CurvesOfCells[]> {
  const readings = protocolsOf(scoring.protocols).flatMap(({ curves }) => curves ?? []);
  if (readings.length === 0) return [];
  const tally = tallyCurves(readings, scoring);
  for await (const { model, dataset, histogram } of cells.scores())
    if (histogram !== undefined) tally.add({ model, dataset }, histogram);
  return models.flatMap(({ spec }) =>
    datasets.flatMap(({ name }) =>
      tally.of({ model: spec.name, dataset: name }).map((of) => ({
        model: spec.name,
        dataset: name,
        signature: signatureOf(of.protocol, scoring, { aggregate: 'mean' }),
        ...of,
      })),
    ),
  );
}

/** What the threshold in use costs against the best one. */
export function thresholdRows(curves: readonly CurvesOfCells[]): readonly ThresholdRow[] {
  return curves.flatMap((of) => {
    const row = bestThreshold(of);
    const { model, dataset, images } = of;
    return row === undefined ? [] : [{ model, dataset, images, ...row }];
  });
}
