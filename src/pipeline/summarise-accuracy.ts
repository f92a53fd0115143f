import type { Failure } from '../core/failure.js';
import { leakedTags } from '../schema/leakage.js';
import type { AccuracyRow, CellFailure, Summary } from '../schema/summary.js';
import type { Metric } from '../metrics/metric.js';
import { metricsOf } from '../metrics/registry.js';
import { signaturesOf } from '../metrics/signature.js';
import { countFlips } from '../scoring/aggregate/flips.js';
import { meansOfDatasets, metricMeans } from '../scoring/aggregate/metric-means.js';
import type { ScoreRow } from '../scoring/aggregate/score-row.js';
import { cellName, scoreKey } from '../store/cell-key.js';
import { readJsonl } from '../core/jsonl.js';
import type { RunSettings } from '../store/manifest.js';
import { NOT_DONE, readPredictionFailures, readScores } from '../store/cells.js';
import type { PlanRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';

/** Failed cells that a summary names one by one. */
const FAILURES_NAMED = 1000;

type AccuracyParts = Pick<Summary, 'cells' | 'failures' | 'accuracy' | 'flips'>;

/** The scores of all planned cells in plan order, and the cells that have none. */
export async function summariseAccuracy(folder: RunFolder, settings: RunSettings): Promise<AccuracyParts> {
  const { scoring } = settings;
  const metrics = metricsOf(scoring.protocols);
  const ids = metrics.map(({ meta }) => meta.id);
  const signatures = signaturesOf(scoring.protocols, scoring);
  const scores = await readScores(folder, ids);
  const predictionFailures = await readPredictionFailures(folder);
  const flips = countFlips(ids);
  const tallies = new Map<string, Tally>();
  const tallyOf = (model: string, dataset: string): Tally => {
    const key = JSON.stringify([model, dataset]);
    const known = tallies.get(key) ?? { rows: [], failed: 0 };
    tallies.set(key, known);
    return known;
  };
  const failures: CellFailure[] = [];
  let failed = 0;
  const fail = (model: string, dataset: string, id: string, failure: Failure): void => {
    failed++;
    tallyOf(model, dataset).failed++;
    if (failures.length < FAILURES_NAMED) failures.push({ model, dataset, id, failure });
  };
  const names = settings.models.map(({ spec }) => spec.name);
  let planned = 0;
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    planned += names.length;
    const { dataset, id } = record;
    for (const model of names) {
      if (record.kind === 'problem') {
        fail(model, dataset, id, record.failure);
        continue;
      }
      const key = record.cells[model];
      const score = scores.get(cellName(scoreKey(key, record.truthSha256, signatures), model, record));
      if (score instanceof Float64Array) {
        tallyOf(model, dataset).rows.push(score);
        flips.add({ model, dataset, id }, score);
      } else {
        const why = score ?? predictionFailures.get(cellName(key, model, record)) ?? NOT_DONE;
        fail(model, dataset, id, why);
      }
    }
  }
  const perDataset = settings.models.flatMap((model) =>
    settings.datasets.map(({ name, tags }): AccuracyRow => {
      const { rows, failed: without } = tallyOf(model.spec.name, name);
      return {
        model: model.spec.name,
        dataset: name,
        scored: rows.length,
        failed: without,
        leaked: leakedTags(model.spec.trainedOn, tags),
        metrics: metricMeans(rows, metrics, scoring.empty),
      };
    }),
  );
  const overall = names.map((model) =>
    meanOfDatasets(
      perDataset.filter((row) => row.model === model),
      settings.datasets.map(({ name }) => tallyOf(model, name).rows),
      metrics,
    ),
  );
  const flipped = flips.summary();
  return {
    cells: { planned, scored: planned - failed, failed },
    failures,
    accuracy: [...perDataset, ...overall],
    ...(flipped === undefined ? {} : { flips: flipped }),
  };
}

/** The cells of one model on one dataset. */
interface Tally {
  readonly rows: ScoreRow[];
  failed: number;
}

/** As the post averages "across both datasets": every dataset weighs the same, however many images it has. */
function meanOfDatasets(
  rows: readonly AccuracyRow[],
  scores: readonly (readonly ScoreRow[])[],
  metrics: readonly Metric[],
): AccuracyRow {
  return {
    model: rows[0].model,
    dataset: null,
    scored: rows.reduce((sum, row) => sum + row.scored, 0),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
    leaked: [...new Set(rows.flatMap((row) => row.leaked))],
    metrics: meansOfDatasets(scores, metrics),
  };
}
