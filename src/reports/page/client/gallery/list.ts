import type { GalleryData, GalleryDatum } from '../../gallery/gallery-data.js';

/** How the strips are sorted and which are shown: the values of the controls, as text. */
export interface ListState {
  readonly sort: string;
  readonly metric: string;
  /** A source's label, or empty for any. */
  readonly source: string;
  readonly dataset: string;
  readonly attribute: string;
  readonly value: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** The images that pass the filters, in the order asked for; those without a figure to sort by come last. */
export function arrange(data: GalleryData, state: ListState): readonly GalleryDatum[] {
  const shown = data.images.filter((image) => passes(image, state));
  if (state.sort === 'chosen') return shown;
  if (state.sort === 'name') {
    return shown.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
  }
  const keys = new Map(shown.map((image) => [image, sortKey(data, state, image)]));
  const keyOf = (image: GalleryDatum): number => keys.get(image) ?? Number.NaN;
  return shown.sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : y - x;
  });
}

function passes(image: GalleryDatum, { dataset, attribute, value, from, to, text }: ListState): boolean {
  if (dataset !== '' && image.dataset !== dataset) return false;
  if (!`${image.dataset}/${image.id}`.toLowerCase().includes(text.trim().toLowerCase())) return false;
  if (attribute === '') return true;
  const own = image.attributes[attribute];
  if (typeof own === 'string') return value === '' || own === value;
  if (own === undefined) return value === '' && from === '' && to === '';
  return (from === '' || own >= Number(from)) && (to === '' || own <= Number(to));
}

/** The more, the further up. */
function sortKey(data: GalleryData, { sort, metric, source }: ListState, { values }: GalleryDatum): number {
  const m = data.metrics.findIndex(({ id }) => id === metric);
  const sign = data.metrics[m]?.better === 'lower' ? -1 : 1;
  const score = (i: number): number => sign * (values[i]?.[m] ?? Number.NaN);
  const chosen = data.sources.indexOf(source);
  const isMeant = (i: number): boolean => chosen < 0 || i === chosen;
  const past = new Set(data.changes.map(({ before }) => before));
  const present = data.sources.map((_, i) => i).filter((i) => !past.has(i));
  const meant = chosen < 0 ? present : [chosen];
  switch (sort) {
    case 'worst':
      return most(meant.map((i) => -score(i)));
    case 'best':
      return most(meant.map(score));
    case 'disagreed': {
      const known = present.map(score).filter((value) => !Number.isNaN(value));
      return known.length < 2 ? Number.NaN : Math.max(...known) - Math.min(...known);
    }
    default: {
      const changes = data.changes.filter(({ before, now }) => isMeant(now) || isMeant(before));
      const gains = changes.map(({ before, now }) => score(now) - score(before));
      return most(sort === 'improved' ? gains : gains.map((gain) => -gain));
    }
  }
}

function most(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : Math.max(...known);
}
