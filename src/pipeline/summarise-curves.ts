import type { ThresholdRow } from '../schema/summary.js';
import { protocolsOf } from '../metrics/registry.js';
import { signatureOf } from '../metrics/signature.js';
import { bestThreshold } from '../scoring/aggregate/best-threshold.js';
import { curveSums, type CurveGatherer } from '../scoring/aggregate/curve-gatherer.js';
import type { Cells } from '../store/cells.js';
import type { CurvesOfCells } from '../store/curves.js';
import type { RunSettings } from '../store/manifest.js';
import { truthsInSignature } from '../store/run-readings.js';

/** Means over images of precision, recall, F and IoU at the 256 thresholds, by model, dataset and protocol. */
export async function summariseCurves(
  cells: Cells,
  { models, datasets, scoring }: RunSettings,
): Promise<readonly CurvesOfCells[]> {
  const readings = protocolsOf(scoring.protocols).flatMap(({ curves }) => curves ?? []);
  if (readings.length === 0) return [];
  const gatherers = new Map<string, CurveGatherer>();
  const nameOf = (model: string, dataset: string): string => JSON.stringify([model, dataset]);
  for await (const { model, dataset, histogram } of cells.scores()) {
    if (histogram === undefined) continue;
    const gatherer = gatherers.get(nameOf(model, dataset)) ?? curveSums(readings, scoring);
    gatherers.set(nameOf(model, dataset), gatherer);
    gatherer.add(histogram);
  }
  return models.flatMap(({ spec }) =>
    datasets.flatMap(({ name }) => {
      const curves = gatherers.get(nameOf(spec.name, name))?.finish() ?? [];
      return curves.map((of) => ({
        model: spec.name,
        dataset: name,
        signature: signatureOf(of.protocol, scoring, {
          ...truthsInSignature({ datasets }),
          aggregate: 'mean',
        }),
        ...of,
      }));
    }),
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
