import { isDefined, type MetricValue } from '../schema/metric-value.js';
import { cellName, scoreKey } from './cell-key.js';
import { readJsonl } from '../core/jsonl.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { PlanRecord, PredictionRecord, ScoreRecord, TruthRecord } from './records.js';
import type { RunFolder } from './run-folder.js';
import { numberOf, NUMERIC_ATTRIBUTES } from '../metrics/attribute-list.js';
import {
  contentOf,
  type Attributes,
  type FailedCell,
  type ModelScores,
  type RunScores,
  type ScoredDataset,
} from './run-scores.js';

export interface ScoresRequest {
  readonly folder: RunFolder;
  readonly models: readonly string[];
  readonly metrics: readonly string[];
  /** Of all protocols of the run: part of every score's key. */
  readonly signatures: readonly string[];
}

/**
 * The scores of a run folder's cells. The files are read line by line; what stays is a number a score and an id and the
 * attributes a sample. A cell without a score is failed, with the reason that its prediction or its score gives.
 *
 * @throws MaskbenchError `data.unreadable` for a line that is no JSON.
 */
export async function loadRunScores(request: ScoresRequest): Promise<RunScores> {
  const { folder, metrics } = request;
  const { datasets, cells } = await readPlan(request);
  const wanted = new Set(request.models);
  const reasons = new Map<string, string>();
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    if (record.status === 'failed' && wanted.has(record.model))
      reasons.set(record.key, record.failure.message);
  }
  for await (const record of readJsonl<ScoreRecord>(folder.scores)) {
    const cell = cells.get(cellName(record.key, record.model, record));
    if (cell === undefined) continue;
    if (record.status === 'failed') reasons.set(cell.prediction, record.failure.message);
    else fill(cell, metrics, record.metrics);
  }
  const measured = await readMeasured(folder);
  return {
    metrics,
    datasets: [...datasets.values()].map((dataset) => finish(dataset, reasons, measured)),
  };
}

/** A dataset while it is read, in the order of the plan. */
interface OpenDataset {
  readonly name: string;
  readonly ids: string[];
  readonly contents: string[];
  readonly attributes: Attributes[];
  readonly problems: FailedCell[];
  readonly models: ReadonlyMap<string, OpenScores>;
}

interface OpenScores {
  /** Keys of the predictions, by row. */
  readonly predictions: string[];
  columns: readonly Float64Array[];
  scored: Uint8Array;
}

interface Cell {
  readonly scores: OpenScores;
  readonly row: number;
  readonly prediction: string;
}

async function readPlan({ folder, models, metrics, signatures }: ScoresRequest): Promise<{
  readonly datasets: ReadonlyMap<string, OpenDataset>;
  readonly cells: ReadonlyMap<string, Cell>;
}> {
  const datasets = new Map<string, OpenDataset>();
  const cells = new Map<string, Cell>();
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    const dataset = datasets.get(record.dataset) ?? openDataset(record.dataset, models);
    datasets.set(record.dataset, dataset);
    if (record.kind === 'problem') {
      dataset.problems.push({ id: record.id, reason: record.failure.message });
      continue;
    }
    const row = addSample(dataset, record);
    for (const [model, scores] of dataset.models) {
      const prediction = record.cells[model];
      scores.predictions.push(prediction);
      const key = scoreKey(prediction, record.truthSha256, signatures);
      cells.set(cellName(key, model, record), { scores, row, prediction });
    }
  }
  for (const { ids, models: open } of datasets.values()) {
    for (const scores of open.values()) {
      scores.columns = metrics.map(() => new Float64Array(ids.length).fill(Number.NaN));
      scores.scored = new Uint8Array(ids.length);
    }
  }
  return { datasets, cells };
}

function openDataset(name: string, models: readonly string[]): OpenDataset {
  const open = models.map((model): [string, OpenScores] => [
    model,
    { predictions: [], columns: [], scored: new Uint8Array(0) },
  ]);
  return { name, ids: [], contents: [], attributes: [], problems: [], models: new Map(open) };
}

/** @returns the row of the sample in its dataset. */
function addSample(dataset: OpenDataset, sample: PlannedSample): number {
  dataset.attributes.push(sample.attributes);
  dataset.contents.push(contentOf(sample));
  return dataset.ids.push(sample.id) - 1;
}

function fill(
  { scores, row }: Cell,
  metrics: readonly string[],
  values: Readonly<Record<string, MetricValue>>,
): void {
  scores.scored[row] = 1;
  metrics.forEach((id, i) => {
    const value = values[id];
    if (value !== undefined && isDefined(value)) scores.columns[i][row] = value;
  });
}

/** What was measured of the ground truths, by dataset and id. */
async function readMeasured(folder: RunFolder): Promise<ReadonlyMap<string, Attributes>> {
  const measured = new Map<string, Attributes>();
  for await (const record of readJsonl<TruthRecord>(folder.truths)) {
    if (record.status === 'failed') continue;
    const { attributes } = record;
    const values = NUMERIC_ATTRIBUTES.map((one): [string, number] => [one.name, numberOf(one, attributes)]);
    const defined = values.filter(([, value]) => !Number.isNaN(value));
    measured.set(`${record.dataset}/${record.id}`, Object.fromEntries(defined));
  }
  return measured;
}

const NOT_DONE = 'not predicted or not scored yet';

function finish(
  { models: open, attributes, ...dataset }: OpenDataset,
  reasons: ReadonlyMap<string, string>,
  measured: ReadonlyMap<string, Attributes>,
): ScoredDataset {
  const models = [...open].map(([model, { columns, scored, predictions }]): [string, ModelScores] => {
    const failed = dataset.ids.flatMap((id, row) =>
      scored[row] === 1 ? [] : [{ id, reason: reasons.get(predictions[row]) ?? NOT_DONE }],
    );
    return [model, { columns, scored, failed }];
  });
  return {
    ...dataset,
    attributes: attributes.map((layout, row) => ({
      ...measured.get(`${dataset.name}/${dataset.ids[row]}`),
      ...layout,
    })),
    models: new Map(models),
  };
}
