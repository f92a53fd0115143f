import { failureOf, openCells } from './cells.js';
import type { RunSettings } from './manifest.js';
import type { RunFolder } from './run-folder.js';
import { readMeasured } from './truths.js';

/** One object for all samples of which a layout says nothing. */
const NONE: Attributes = {};

interface ScoresRequest {
  readonly folder: RunFolder;
  readonly settings: RunSettings;
  readonly models: readonly string[];
  readonly metrics: readonly string[];
}

/**
 * The scores of a run folder's cells. The files are read line by line; what stays is a number per score, a digest per matte, and an id and
 * the attributes a sample. A cell without a score is failed, with the reason that its prediction or its score gives.
 *
 * @throws MaskbenchError `data.unreadable`, naming file and line.
 */
export async function loadRunScores(request: ScoresRequest): Promise<RunScores> {
  const { folder, settings, models, metrics } = request;
  const cells = await openCells(folder, settings, { models, values: metrics, digests: true });
  const measuredOf = await readMeasured(folder);
  const datasets = new Map<string, OpenDataset>();
  let sample = 0;
  for await (const { record, cells: states } of cells.inPlanOrder()) {
    const { id } = record;
    const dataset = datasets.get(record.dataset) ?? openDataset(record.dataset);
    datasets.set(record.dataset, dataset);
    if (record.kind === 'problem') {
      dataset.problems.push({ id, reason: record.failure.message });
      continue;
    }
    const row = dataset.ids.push(id) - 1;
    dataset.contents.push(contentOf(record));
    dataset.units.push(record.unit);
    dataset.layouts.push(Object.keys(record.attributes).length === 0 ? NONE : record.attributes);
    dataset.samples.push(sample++);
    for (const [m, state] of states.entries()) {
      const { scored, failed } = dataset.models[m];
      if (state.kind === 'scored') scored[row] = 1;
      else failed.push({ id, reason: failureOf(state).message });
    }
  }
  return { metrics, datasets: [...datasets.values()].map(finish) };

  function openDataset(name: string): OpenDataset {
    const own = models.map((model) => {
      const columns = cells.columnsOf(model, name).slice(0, metrics.length);
      return { columns, scored: new Uint8Array(cells.samplesOf(name)), failed: [] };
    });
    return { name, ids: [], contents: [], units: [], layouts: [], problems: [], samples: [], models: own };
  }

  function finish({ models: open, units, samples, layouts, ...dataset }: OpenDataset): ScoredDataset {
    const own = open.map((of, m): [string, ModelScores] => {
      const matteOf = (row: number): string => cells.matteOf(models[m], samples[row]);
      return [models[m], { ...of, matteOf }];
    });
    const { name, ids } = dataset;
    let attributes: readonly Attributes[] | undefined;
    return {
      ...dataset,
      ...unitsOf(ids, units),
      models: new Map(own),
      // An object a sample takes more than its scores, and of two sides one is asked.
      get attributes() {
        return (attributes ??= ids.map((id, row) => ({
          ...measuredOf({ dataset: name, id }),
          ...layouts[row],
        })));
      },
    };
  }
}

/** A dataset while it is read, in the order of the plan. */
interface OpenDataset {
  readonly name: string;
  readonly ids: string[];
  readonly contents: string[];
  readonly units: (string | undefined)[];
  /** What the layout says of each sample. */
  readonly layouts: Attributes[];
  readonly problems: FailedCell[];
  /** The number of each image among all usable samples. */
  readonly samples: number[];
  /** One per model. */
  readonly models: readonly (Pick<ModelScores, 'columns' | 'scored'> & { readonly failed: FailedCell[] })[];
}

/** What `ScoredDataset.units` is; nothing where no sample belongs to a unit. */
export function unitsOf(
  ids: readonly string[],
  units: readonly (string | undefined)[],
): Pick<ScoredDataset, 'units'> {
  return units.every((unit) => unit === undefined)
    ? {}
    : { units: units.map((unit, row) => unit ?? ids[row]) };
}

/** Per-image scores of one or more models, compact: 8 bytes per score, ids and contents once for all models. */
export interface RunScores {
  readonly datasets: readonly ScoredDataset[];
  /** Ids of the metrics, in the order of every `ModelScores.columns`. */
  readonly metrics: readonly string[];
}

export interface ScoredDataset {
  readonly name: string;
  /** Ascending by code units, each once. */
  readonly ids: readonly string[];
  /** Of each image, digits of a hash over the bytes of the image and of its ground truth. */
  readonly contents: readonly string[];
  /**
   * The independent unit of each image, aligned with the ids, as the plan has it; absent where the dataset names none: each
   * image is a unit of its own.
   */
  readonly units?: readonly string[];
  readonly attributes: readonly Attributes[];
  /** Files of the dataset that were no usable pair: failed cells of every model. */
  readonly problems: readonly FailedCell[];
  readonly models: ReadonlyMap<string, ModelScores>;
}

export type Attributes = Readonly<Record<string, string | number>>;

export interface ModelScores {
  /** One per metric, aligned with the ids; NaN where the metric is undefined or the cell has no scores. */
  readonly columns: readonly Float64Array[];
  /** 1 where the cell was scored. */
  readonly scored: Uint8Array;
  /** Every cell that was not, by id. */
  readonly failed: readonly FailedCell[];
  /** The SHA-256 of the pixels of an image's matte; undefined where nobody kept it, and then no two are known to be equal. */
  readonly matteOf?: ((row: number) => string | undefined) | undefined;
}

export interface FailedCell {
  readonly id: string;
  readonly reason: string;
}

const CONTENT_DIGITS = 12;

/** Digits that change when the image or its ground truth does. */
export function contentOf(sample: { readonly imageSha256: string; readonly truthSha256: string }): string {
  const half = CONTENT_DIGITS / 2;
  return sample.imageSha256.slice(0, half) + sample.truthSha256.slice(0, half);
}
