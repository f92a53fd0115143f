import type { GalleryMatte, GallerySource } from '../../schema/gallery.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { knownMetrics } from '../../metrics/registry.js';
import type { Attributes, RunScores, ScoredDataset } from '../../store/load-run-scores.js';
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
  /** By source; made when asked for, since few images are shown. */
  cells(): readonly Omit<GalleryMatte, 'url'>[];
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
      columnsOf(dataset, scores.get(side), model, side === base),
    );
    const isLower = chosenBy?.better === 'lower';
    return dataset.ids.map((id, row): CandidateImage => {
      const values = columns.map((column) =>
        chosenBy === undefined ? Number.NaN : column.valueOf(chosenBy.id, row),
      );
      return {
        dataset: dataset.name,
        id,
        attributes: dataset.attributes[row],
        cells: () =>
          columns.map((column) => ({
            failure: column.failureOf(row),
            values: metrics.map((metric) => {
              const value = column.valueOf(metric.id, row);
              return Number.isNaN(value) ? null : value;
            }),
          })),
        scored: columns.some((column) => column.failureOf(row) === null),
        scores: isLower ? values.map((value) => -value) : values,
      };
    });
  });
}

/** What is known of the cells of one source, by the rows of the base's dataset. */
interface SourceColumns {
  /** Of a metric, to six digits; NaN where there is none. */
  valueOf(metric: string, row: number): number;
  failureOf(row: number): string | null;
}

function columnsOf(
  base: ScoredDataset,
  scores: RunScores | undefined,
  model: string,
  isBase: boolean,
): SourceColumns {
  const dataset = scores?.datasets.find(({ name }) => name === base.name);
  const own = dataset?.models.get(model);
  const rowOf = isBase ? undefined : new Map(dataset?.ids.map((id, row) => [id, row]));
  const failures = new Map(own?.failed.map(({ id, reason }) => [id, reason]));
  const columns = new Map(scores?.metrics.map((id, i) => [id, own?.columns[i]]));
  const isSame = (row: number, at: number | undefined): at is number =>
    at !== undefined && dataset?.contents[at] === base.contents[row];
  const placeOf = (row: number): number | undefined => (rowOf === undefined ? row : rowOf.get(base.ids[row]));
  return {
    valueOf(metric, row) {
      const at = placeOf(row);
      return isSame(row, at) ? Number((columns.get(metric)?.[at] ?? Number.NaN).toPrecision(6)) : Number.NaN;
    },
    failureOf(row) {
      const at = placeOf(row);
      if (dataset === undefined || at === undefined) return 'not in this run';
      if (!isSame(row, at)) return 'another picture in this run';
      return failures.get(base.ids[row]) ?? null;
    },
  };
}

/** The metrics that any of the sides has, in the registry's order. */
export function metricsOfSides(sides: readonly Side[]): readonly MetricMeta[] {
  const ids = new Set(sides.flatMap(({ facts }) => facts.metrics));
  return knownMetrics()
    .map(({ meta }) => meta)
    .filter(({ id }) => ids.has(id));
}
