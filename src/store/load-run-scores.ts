import { failureOf, openCells } from './cells.js';
import type { RunSettings } from './manifest.js';
import type { RunFolder } from './run-folder.js';
import {
  contentOf,
  type Attributes,
  type FailedCell,
  type ModelScores,
  type RunScores,
  type ScoredDataset,
} from './run-scores.js';
import { readMeasured } from './truths.js';

interface ScoresRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly models: readonly string[];
  readonly metrics: readonly string[];
}

/**
 * The scores of a run folder's cells. The files are read line by line; what stays is a number a score and an id and the
 * attributes a sample. A cell without a score is failed, with the reason that its prediction or its score gives.
 *
 * @throws MaskbenchError `data.unreadable`, naming file and line.
 */
export async function loadRunScores(request: ScoresRequest): Promise<RunScores> {
  const { folder, settings, models, metrics } = request;
  const cells = await openCells(folder, settings, { models, values: metrics });
  const measuredOf = await readMeasured(folder);
  const datasets = new Map<string, OpenDataset>();
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    const { id } = record;
    const dataset = datasets.get(record.dataset) ?? openDataset(record.dataset);
    datasets.set(record.dataset, dataset);
    if (record.kind === 'problem') {
      dataset.problems.push({ id, reason: record.failure.message });
      continue;
    }
    dataset.ids.push(id);
    dataset.contents.push(contentOf(record));
    dataset.attributes.push({ ...measuredOf(record), ...record.attributes });
    for (const [m, state] of states.entries()) {
      const { columns, scored, failed } = dataset.models[m];
      scored.push(state.kind === 'scored' ? 1 : 0);
      columns.forEach((column, i) => column.push(state.kind === 'scored' ? state.row[i] : Number.NaN));
      if (state.kind !== 'scored') failed.push({ id, reason: failureOf(state).message });
    }
  }
  return { metrics, datasets: [...datasets.values()].map((dataset) => finish(dataset, models)) };

  function openDataset(name: string): OpenDataset {
    const own = models.map(() => ({ columns: metrics.map(() => []), scored: [], failed: [] }));
    return { name, ids: [], contents: [], attributes: [], problems: [], models: own };
  }
}

/** A dataset while it is read, in the order of the plan. */
interface OpenDataset {
  readonly name: string;
  readonly ids: string[];
  readonly contents: string[];
  readonly attributes: Attributes[];
  readonly problems: FailedCell[];
  /** One a model. */
  readonly models: readonly {
    readonly columns: readonly number[][];
    readonly scored: number[];
    readonly failed: FailedCell[];
  }[];
}

function finish({ models: open, ...dataset }: OpenDataset, names: readonly string[]): ScoredDataset {
  const models = open.map(({ columns, scored, failed }, m): [string, ModelScores] => [
    names[m],
    {
      columns: columns.map((column) => Float64Array.from(column)),
      scored: Uint8Array.from(scored),
      failed,
    },
  ]);
  return { ...dataset, models: new Map(models) };
}
