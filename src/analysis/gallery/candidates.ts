import type { GalleryMatte, GallerySource } from '../../schema/gallery.js';
import { isDefined } from '../../schema/metric-value.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { knownMetrics } from '../../metrics/registry.js';
import type { ChosenScores } from '../../store/chosen-scores.js';
import type { Attributes, RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import { shownScore } from '../../store/worst-cells.js';
import type { Side } from '../compare/side.js';
import type { Candidates } from './choose-images.js';

/** A model of a run (or of a baseline) whose mattes a gallery shows. */
export interface SourceRequest extends GallerySource {
  readonly side: Side;
}

/** An image that the gallery may show, with all that is known of it but its files. */
export interface CandidateImage {
  readonly dataset: string;
  readonly id: string;
  readonly attributes: Attributes;
  /**
   * By source; made when asked for, since few images are shown.
   *
   * @param chosen what runs have of the images shown, beside the metric that they are chosen by
   */
  cells(chosen: ReadonlyMap<Side, ChosenScores>): readonly Omit<GalleryMatte, 'url'>[];
}

/** All images that may be shown, of which none is an object until it is asked for: there may be very many. */
export interface CandidateImages extends Candidates {
  at(image: number): CandidateImage;
  /** Images of which any source has a score. */
  readonly scored: number;
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
): Promise<CandidateImages> {
  const scores = new Map<Side, RunScores>();
  for (const side of new Set([base, ...sources.map((source) => source.side)])) {
    const own = sources.filter((source) => source.side === side);
    const models = [...new Set(own.map(({ model }) => model))];
    scores.set(side, await side.loadScores(models, chosenBy === undefined ? [] : [chosenBy.id]));
  }
  let images = 0;
  const parts = (scores.get(base)?.datasets ?? []).map((dataset) => {
    const columns = sources.map(({ side, model }) =>
      columnsOf(dataset, scores.get(side), model, side === base),
    );
    const first = images;
    images += dataset.ids.length;
    return { dataset, columns, first, images: dataset.ids.length };
  });
  const partOf = (image: number) => {
    const part = parts.find(({ first, images: own }) => image < first + own);
    if (part === undefined) throw new RangeError(`there is no image ${image}`);
    return part;
  };
  const sign = chosenBy?.better === 'lower' ? -1 : 1;
  return {
    datasets: parts,
    sources: sources.length,
    score(image, source) {
      if (chosenBy === undefined) return Number.NaN;
      const { columns, first } = partOf(image);
      return sign * columns[source].valueOf(chosenBy.id, image - first);
    },
    at(image) {
      const { dataset, columns, first } = partOf(image);
      const row = image - first;
      return {
        dataset: dataset.name,
        id: dataset.ids[row],
        attributes: dataset.attributes[row],
        cells: (chosen) =>
          columns.map((column, i) => ({
            failure: column.failureOf(row),
            values: metrics.map((metric) => {
              const value = column.valueOf(metric.id, row, chosen.get(sources[i].side));
              return Number.isNaN(value) ? null : value;
            }),
          })),
      };
    },
    scored: parts.reduce((sum, { dataset, columns }) => {
      const isScored = (_: string, row: number): boolean =>
        columns.some((column) => column.failureOf(row) === null);
      return sum + dataset.ids.filter(isScored).length;
    }, 0),
  };
}

/** What is known of the cells of one source, by the rows of the base's dataset. */
interface SourceColumns {
  /** Of a metric, to six digits; NaN where there is none. */
  valueOf(metric: string, row: number, chosen?: ChosenScores): number;
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
    valueOf(metric, row, chosen) {
      const at = placeOf(row);
      if (!isSame(row, at)) return Number.NaN;
      const value = columns.get(metric)?.[at] ?? chosen?.(model, base.name, base.ids[row])?.[metric];
      return value !== undefined && isDefined(value) ? shownScore(value) : Number.NaN;
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
