import type { GalleryMatte, GallerySource } from '../../schema/gallery.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { knownMetrics } from '../../metrics/registry.js';
import type { Attributes, RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import { shownScore } from '../../store/worst-cells.js';
import type { Side } from '../compare/side.js';
import type { Candidate } from './choose-images.js';

/** A model of a run (or of a baseline) whose mattes a gallery shows. */
export interface SourceRequest extends GallerySource {
  readonly side: Side;
}

/** An image that the gallery may show, with all that is known of it but its files. */
export interface CandidateImage extends Candidate {
  readonly id: string;
  readonly attributes: Attributes;
  /** Whether any source has a score. */
  readonly scored: boolean;
  readonly cells: readonly Omit<GalleryMatte, 'url'>[];
}

/**
 * Every image of `base`, with the scores of all sources. An image that another run does not have, or has with other
 * contents, has no cell there.
 */
export async function loadCandidates(
  base: Side,
  sources: readonly SourceRequest[],
  metrics: readonly MetricMeta[],
  chosenBy: MetricMeta | undefined,
): Promise<readonly CandidateImage[]> {
  const scores = new Map<Side, RunScores>();
  for (const side of new Set([base, ...sources.map((source) => source.side)])) {
    const own = sources.filter((source) => source.side === side);
    scores.set(side, await side.loadScores([...new Set(own.map(({ model }) => model))]));
  }
  return (scores.get(base)?.datasets ?? []).flatMap((dataset) => {
    const columns = sources.map(({ side, model }) =>
      columnsOf(dataset, scores.get(side), model, metrics, side === base),
    );
    return dataset.ids.map((id, row): CandidateImage => {
      const cells = columns.map((cellOf) => cellOf(row));
      const first = chosenBy === undefined ? -1 : metrics.indexOf(chosenBy);
      return {
        dataset: dataset.name,
        id,
        attributes: dataset.attributes[row],
        cells,
        scored: cells.some(({ failure }) => failure === null),
        scores: cells.map(({ values }) => {
          const value = values[first] ?? Number.NaN;
          return chosenBy?.better === 'lower' ? -value : value;
        }),
      };
    });
  });
}

type CellOf = (row: number) => Omit<GalleryMatte, 'url'>;

/** The cells of one source by the rows of the base's dataset. */
function columnsOf(
  base: ScoredDataset,
  scores: RunScores | undefined,
  model: string,
  metrics: readonly MetricMeta[],
  isBase: boolean,
): CellOf {
  const dataset = scores?.datasets.find(({ name }) => name === base.name);
  const own = dataset?.models.get(model);
  const rowOf = isBase ? undefined : new Map(dataset?.ids.map((id, row) => [id, row]));
  const failures = new Map(own?.failed.map(({ id, reason }) => [id, reason]));
  const columns = metrics.map(({ id }) => own?.columns[scores?.metrics.indexOf(id) ?? -1]);
  return (row) => {
    const id = base.ids[row];
    const at = rowOf === undefined ? row : rowOf.get(id);
    if (dataset === undefined || at === undefined) return without('not in this run', metrics);
    if (dataset.contents[at] !== base.contents[row]) return without('another picture in this run', metrics);
    const values = columns.map((column) => {
      const value = column?.[at] ?? Number.NaN;
      return Number.isNaN(value) ? null : shownScore(value);
    });
    return { failure: failures.get(id) ?? null, values };
  };
}

function without(failure: string, metrics: readonly MetricMeta[]): ReturnType<CellOf> {
  return { failure, values: metrics.map(() => null) };
}

/** The metrics that any of the sides has, in the registry's order. */
export function metricsOfSides(sides: readonly Side[]): readonly MetricMeta[] {
  const ids = new Set(sides.flatMap(({ facts }) => facts.metrics));
  return knownMetrics()
    .map(({ meta }) => meta)
    .filter(({ id }) => ids.has(id));
}
