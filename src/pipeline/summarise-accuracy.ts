import { leakedTags } from '../schema/leakage.js';
import type { AccuracyRow, Summary } from '../schema/summary.js';
import type { Metric } from '../metrics/metric.js';
import { meansOfDatasets } from '../scoring/aggregate/metric-means.js';
import { rowWidth } from '../scoring/aggregate/score-row.js';
import { tallyScores, type GroupScores } from '../scoring/aggregate/tally.js';
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
  const places = models.flatMap(({ spec }) =>
    datasets.map(({ name, tags }) => ({
      model: spec.name,
      dataset: name,
      leaked: leakedTags(spec.trainedOn, tags),
    })),
  );
  const columnsOf = ({ model, dataset }: { model: string; dataset: string }): readonly Float64Array[] =>
    cells.columnsOf(model, dataset);
  const tally = tallyScores(places, metrics, scoring.empty, { named: FAILURES_NAMED, columnsOf });
  const values = new Float64Array(rowWidth(metrics.length));
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    const { dataset, id } = record;
    for (const [m, state] of states.entries()) {
      const unit = record.kind === 'sample' ? record.unit : undefined;
      const cell = { model: cells.models[m], dataset, id, unit };
      if (state.kind === 'scored') {
        cells.columnsOf(cell.model, dataset).forEach((column, i) => (values[i] = column[state.row]));
        tally.scored(cell, values);
      } else tally.failed(cell, failureOf(state));
    }
  }
  const { groups, failures, flips } = tally.finish();
  const perDataset = groups.map(({ model, dataset, scored, failed, metrics: means }, i): AccuracyRow => {
    return { model, dataset, scored, failed, leaked: places[i].leaked, metrics: means };
  });
  const overall = models.map(({ spec: { name: model } }) =>
    meanOfDatasets(
      perDataset.filter((row) => row.model === model),
      groups.filter((group) => group.model === model),
      metrics,
    ),
  );
  const failed = groups.reduce((sum, group) => sum + group.failed, 0);
  return {
    cells: { planned: cells.planned, scored: cells.planned - failed, failed },
    failures,
    accuracy: [...perDataset, ...overall],
    ...(flips === undefined ? {} : { flips }),
  };
}

/** As the post averages "across both datasets": every dataset weighs the same, however many images it has. */
function meanOfDatasets(
  rows: readonly AccuracyRow[],
  groups: readonly GroupScores[],
  metrics: readonly Metric[],
): AccuracyRow {
  return {
    model: rows[0].model,
    dataset: null,
    scored: rows.reduce((sum, row) => sum + row.scored, 0),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
    leaked: [...new Set(rows.flatMap((row) => row.leaked))],
    metrics: meansOfDatasets(groups, metrics),
  };
}
