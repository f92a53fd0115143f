import writeFileAtomic from 'write-file-atomic';
import { SCHEMA_VERSION, type ThresholdRow } from '../schema/summary.js';
import type { CurvesOfCells } from '../store/curves-of-cells.js';
import { protocolsOf } from '../metrics/registry.js';
import { signatureOf, signaturesOf } from '../metrics/signature.js';
import { bestThreshold } from '../scoring/aggregate/best-threshold.js';
import { curveSums, type CurveGatherer } from '../scoring/aggregate/curve-gatherer.js';
import { cellName, scoreKey } from '../store/cell-key.js';
import { readJsonl } from '../core/jsonl.js';
import type { RunSettings } from '../store/manifest.js';
import { plannedSamples } from '../store/plan-reader.js';
import type { ScoreRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';

/** Means over images of precision, recall, F and IoU at the 256 thresholds, by model, dataset and protocol. */
export async function summariseCurves(
  folder: RunFolder,
  settings: RunSettings,
): Promise<readonly CurvesOfCells[]> {
  const { scoring } = settings;
  const readings = protocolsOf(scoring.protocols).flatMap(({ curves }) => curves ?? []);
  if (readings.length === 0) return [];
  const open = await plannedCells(folder, settings);
  const gatherers = new Map<string, CurveGatherer>();
  const nameOf = (model: string, dataset: string): string => JSON.stringify([model, dataset]);
  for await (const record of readJsonl<ScoreRecord>(folder.scores)) {
    const { key, model, dataset } = record;
    if (record.status === 'failed' || record.histogram === undefined) continue;
    // A cell counts once, however often it was scored.
    if (!open.delete(cellName(key, model, record))) continue;
    const gatherer = gatherers.get(nameOf(model, dataset)) ?? curveSums(readings, scoring);
    gatherers.set(nameOf(model, dataset), gatherer);
    gatherer.add(record.histogram);
  }
  return settings.models.flatMap(({ spec }) =>
    settings.datasets.flatMap(({ name }) => {
      const curves = gatherers.get(nameOf(spec.name, name))?.finish() ?? [];
      return curves.map((of) => ({
        model: spec.name,
        dataset: name,
        signature: signatureOf(of.protocol, scoring, { aggregate: 'mean' }),
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

/** One line a model, dataset and protocol: the arrays are for plotting, and long. */
export async function writeCurves(path: string, curves: readonly CurvesOfCells[]): Promise<void> {
  const lines = curves.map((of) => `\n${JSON.stringify(of)}`).join(',');
  await writeFileAtomic(path, `{"schemaVersion":${SCHEMA_VERSION},"curves":[${lines}\n]}\n`);
}

async function plannedCells(folder: RunFolder, { scoring, models }: RunSettings): Promise<Set<string>> {
  const signatures = signaturesOf(scoring.protocols, scoring);
  const cells = new Set<string>();
  for await (const sample of plannedSamples(folder)) {
    for (const { spec } of models) {
      const key = scoreKey(sample.cells[spec.name], sample.truthSha256, signatures);
      cells.add(cellName(key, spec.name, sample));
    }
  }
  return cells;
}
