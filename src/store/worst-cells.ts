import { headlineOf, metaOf, metricsOf } from '../metrics/registry.js';
import { isDefined } from '../schema/metric-value.js';
import type { Cells } from './cells.js';
import { keepsAll, keptCount } from './kept-mattes.js';
import type { RunSettings } from './manifest.js';
import type { DoneScore, SampleName } from './records.js';

export interface CellName extends SampleName {
  readonly model: string;
}

/** The cells whose mattes a run keeps for having the worst scores of their model and dataset, while scores come in. */
export interface WorstCells {
  /** Takes note of a score, also of one in place of another; gives the cells that are none of the worst, now or any longer. */
  see(score: DoneScore): readonly CellName[];
  has(model: string, sample: SampleName): boolean;
}

/** A score in the digits that are shown and ranked by: scores that look equal are equal. */
export function shownScore(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * The worst by the rule of the gallery (`chooseImages`): by the headline of what is scored, as shown, then by id in code units;
 * cells in which it is undefined are none of them. So the same scores, in whatever order and parts they come, give the same cells.
 */
export function worstCells(settings: Pick<RunSettings, 'scoring' | 'mattes'>): WorstCells {
  const most = keptCount(settings);
  const headline = headlineOf(metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id)) ?? '';
  const sign = headline !== '' && metaOf(headline).better === 'lower' ? -1 : 1;
  const groups = new Map<string, { readonly ids: Set<string>; readonly order: Ranked[] }>();
  const groupOf = (model: string, dataset: string) => {
    // Names of datasets have no slash.
    const name = `${dataset}/${model}`;
    const own = groups.get(name) ?? { ids: new Set(), order: [] };
    groups.set(name, own);
    return own;
  };
  return {
    see({ model, dataset, id, metrics }) {
      const { ids, order } = groupOf(model, dataset);
      if (ids.delete(id))
        order.splice(
          order.findIndex((one) => one.id === id),
          1,
        );
      const value = metrics[headline];
      if (value === undefined || !isDefined(value)) return [{ model, dataset, id }];
      const own = { id, score: sign * shownScore(value) };
      order.splice(placeIn(order, own), 0, own);
      ids.add(id);
      const out = order.length > most ? order.pop() : undefined;
      if (out === undefined) return [];
      ids.delete(out.id);
      return [{ model, dataset, id: out.id }];
    },
    has: (model, { dataset, id }) => groupOf(model, dataset).ids.has(id),
  };
}

interface Ranked {
  readonly id: string;
  /** Higher is better. */
  readonly score: number;
}

/** Where one belongs in an order, the worst first. */
function placeIn(order: readonly Ranked[], { id, score }: Ranked): number {
  let [from, to] = [0, order.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const other = order[middle];
    if (other.score < score || (other.score === score && other.id < id)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The worst of the scores that cells have. */
export async function worstOf(
  settings: Pick<RunSettings, 'scoring' | 'mattes'>,
  ...all: readonly Pick<Cells, 'scores'>[]
): Promise<WorstCells> {
  const worst = worstCells(settings);
  for (const { scores } of keptCount(settings) === 0 ? [] : all)
    for await (const score of scores()) worst.see(score);
  return worst;
}

/** Whether the matte of a cell must be there: all of a run that keeps all; else those that nobody has scored yet, and the worst. */
export async function mattesToKeep(
  settings: Pick<RunSettings, 'scoring' | 'mattes'>,
  cells: Cells,
): Promise<(model: string, sample: SampleName) => boolean> {
  if (keepsAll(settings)) return cells.isPredicted;
  const worst = await worstOf(settings, cells);
  return (model, sample) =>
    cells.isPredicted(model, sample) && (!cells.isReleased(model, sample) || worst.has(model, sample));
}
