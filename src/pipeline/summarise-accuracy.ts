import { leakedTags } from '../schema/leakage.js';
import type { AccuracyRow, CellFailure, Summary } from '../schema/summary.js';
import type { Metric } from '../metrics/metric.js';
import { countFlips } from '../scoring/aggregate/flips.js';
import { meansOfDatasets, metricMeans } from '../scoring/aggregate/metric-means.js';
import type { ScoreRow } from '../scoring/aggregate/score-row.js';
import type { RunSettings } from '../store/manifest.js';
import { failureOf, type Cells } from '../store/cells.js';

/** Failed cells that a summary names one by one. */
const FAILURES_NAMED = 1000;

type AccuracyParts = Pick<Summary, 'cells' | 'failures' | 'accuracy' | 'flips'>;

/** The scores of all planned cells in plan order, and the cells that have none. */
export async function summariseAccuracy(
  cells: Cells,
  { models, datasets, scoring }: RunSettings,
  metrics: readonly Metric[],
): Promise<AccuracyParts> {
  const flips = countFlips(metrics.map(({ meta }) => meta.id));
  const tallies = new Map<string, Tally>();
  const tallyOf = (model: string, dataset: string): Tally => {
    const key = JSON.stringify([model, dataset]);
    const known = tallies.get(key) ?? { rows: [], failed: 0 };
    tallies.set(key, known);
    return known;
  };
  const failures: CellFailure[] = [];
  let failed = 0;
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    const { dataset, id } = record;
    for (const [m, state] of states.entries()) {
      const model = cells.models[m];
      if (state.kind === 'scored') {
        tallyOf(model, dataset).rows.push(state.row);
        flips.add({ model, dataset, id }, state.row);
        continue;
      }
      failed++;
      tallyOf(model, dataset).failed++;
      if (failures.length < FAILURES_NAMED) failures.push({ model, dataset, id, failure: failureOf(state) });
    }
  }
  const perDataset = models.flatMap((model) =>
    datasets.map(({ name, tags }): AccuracyRow => {
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
  const overall = models.map(({ spec: { name: model } }) =>
    meanOfDatasets(
      perDataset.filter((row) => row.model === model),
      datasets.map(({ name }) => tallyOf(model, name).rows),
      metrics,
    ),
  );
  const flipped = flips.summary();
  return {
    cells: { planned: cells.planned, scored: cells.planned - failed, failed },
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
