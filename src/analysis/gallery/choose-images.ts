import { addTo } from '../../core/group.js';
import type { GalleryChange, GalleryReason, GalleryReasonKind } from '../../schema/gallery.js';

/** Images that may be chosen, by number: those of a dataset one after the other. */
export interface Candidates {
  readonly datasets: readonly { readonly images: number }[];
  readonly sources: number;
  /** Of an image by a source: higher is better, NaN where there is none. */
  score(image: number, source: number): number;
}

export interface Choice {
  /** The number of a candidate. */
  readonly image: number;
  readonly reasons: readonly GalleryReason[];
}

/** Those images of one dataset that stand out most in one way, the most first: as many as can be needed. */
interface Ranking {
  readonly kind: GalleryReasonKind;
  readonly source: number | null;
  readonly order: readonly number[];
}

/** Failures first: they are what the gallery is for. */
const KINDS: readonly GalleryReasonKind[] = ['regressed', 'worst', 'disagreed', 'improved', 'best'];
/** Further down a ranking nothing stands out any more. */
const RANKS_NAMED = 3;

export interface ChooseOptions {
  readonly count: number;
  readonly changes: readonly GalleryChange[];
  /** Only images that changed. */
  readonly changesOnly?: boolean;
}

/**
 * The images that a gallery shows: per dataset the worst and the best of every source, those that the sources disagree
 * on most, and those that changed most. A source that is only there as another's past is in changes alone. The rankings
 * take turns, each giving its next image that is not chosen yet, until there are `count`; images without a score come
 * last, in their order.
 */
export function chooseImages(
  candidates: Candidates,
  { count, changes, changesOnly = false }: ChooseOptions,
): readonly Choice[] {
  const rankings = rankAll(candidates, changes, Math.max(count, RANKS_NAMED)).filter(
    ({ kind }) => !changesOnly || kind === 'regressed' || kind === 'improved',
  );
  const chosen = new Set<number>();
  const next = rankings.map(() => 0);
  for (let open = true; open && chosen.size < count;) {
    open = false;
    for (const [r, { order }] of rankings.entries()) {
      while (next[r] < order.length && chosen.has(order[next[r]])) next[r]++;
      if (next[r] === order.length) continue;
      open = true;
      chosen.add(order[next[r]]);
      if (chosen.size === count) break;
    }
  }
  const others = changesOnly ? 0 : candidates.datasets.reduce((sum, { images }) => sum + images, 0);
  for (let image = 0; image < others && chosen.size < count; image++) chosen.add(image);
  const reasons = reasonsByImage(rankings);
  return [...chosen].map((image) => ({ image, reasons: reasons.get(image) ?? [] }));
}

function rankAll(
  { datasets, sources: all, score }: Candidates,
  changes: readonly GalleryChange[],
  most: number,
): readonly Ranking[] {
  const past = new Set(changes.map(({ before }) => before));
  const sources = Array.from({ length: all }, (_, source) => source).filter((source) => !past.has(source));
  let first = 0;
  const rankings = datasets.flatMap(({ images }): readonly Ranking[] => {
    const start = first;
    first += images;
    const rank = (
      kind: GalleryReasonKind,
      source: number | null,
      amount: (image: number) => number,
    ): Ranking => {
      const amounts = Float64Array.from({ length: images }, (_, row) => amount(start + row));
      // Nothing regressed, improved or was disagreed on by nothing; a worst and a best image there always is.
      const counts = (row: number): boolean =>
        kind === 'worst' || kind === 'best' ? !Number.isNaN(amounts[row]) : amounts[row] > 0;
      const order = Uint32Array.from(amounts.keys())
        .filter(counts)
        .sort((a, b) => amounts[b] - amounts[a] || a - b);
      return { kind, source, order: Array.from(order.subarray(0, most), (row) => start + row) };
    };
    return [
      ...sources.map((source) => rank('worst', source, (image) => -score(image, source))),
      ...sources.map((source) => rank('best', source, (image) => score(image, source))),
      ...changes.map(({ before, now }) =>
        rank('regressed', now, (image) => score(image, before) - score(image, now)),
      ),
      ...changes.map(({ before, now }) =>
        rank('improved', now, (image) => score(image, now) - score(image, before)),
      ),
      rank('disagreed', null, (image) => spread(sources.map((source) => score(image, source)))),
    ];
  });
  return rankings.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** Highest less lowest score; NaN where fewer than two sources have one. */
function spread(scores: readonly number[]): number {
  const known = scores.filter((score) => !Number.isNaN(score));
  return known.length < 2 ? Number.NaN : Math.max(...known) - Math.min(...known);
}

function reasonsByImage(rankings: readonly Ranking[]): ReadonlyMap<number, readonly GalleryReason[]> {
  const reasons = new Map<number, GalleryReason[]>();
  for (const { kind, source, order } of rankings) {
    for (const [at, image] of order.slice(0, RANKS_NAMED).entries()) {
      addTo(reasons, image, { kind, source, rank: at + 1 });
    }
  }
  for (const known of reasons.values()) known.sort((a, b) => a.rank - b.rank);
  return reasons;
}
