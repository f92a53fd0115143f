import { addTo } from '../../core/group.js';
import type { GalleryChange, GalleryReason, GalleryReasonKind } from '../../schema/gallery.js';

/** An image that may be chosen: its score by every source, higher is better, NaN where there is none. */
export interface Candidate {
  readonly dataset: string;
  readonly scores: readonly number[];
}

/** An index into the candidates. */
export interface Choice {
  readonly index: number;
  readonly reasons: readonly GalleryReason[];
}

/** Images of one dataset by how much they stand out in one way, the most first. */
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
  candidates: readonly Candidate[],
  { count, changes, changesOnly = false }: ChooseOptions,
): readonly Choice[] {
  const rankings = rankAll(candidates, changes).filter(
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
  for (const i of changesOnly ? [] : candidates.keys()) {
    if (chosen.size === count) break;
    chosen.add(i);
  }
  const reasons = reasonsByImage(rankings);
  return [...chosen].map((index) => ({ index, reasons: reasons.get(index) ?? [] }));
}

function rankAll(candidates: readonly Candidate[], changes: readonly GalleryChange[]): readonly Ranking[] {
  const datasets = [...new Set(candidates.map(({ dataset }) => dataset))];
  const past = new Set(changes.map(({ before }) => before));
  const sources = (candidates[0]?.scores ?? []).flatMap((_, source) => (past.has(source) ? [] : [source]));
  const rankings = datasets.flatMap((dataset): readonly Ranking[] => {
    const own = candidates.flatMap((candidate, i) => (candidate.dataset === dataset ? [i] : []));
    const rank = (
      kind: GalleryReasonKind,
      source: number | null,
      amount: (scores: readonly number[]) => number,
    ): Ranking => {
      const amounts = new Float64Array(candidates.length).fill(Number.NaN);
      for (const i of own) amounts[i] = amount(candidates[i].scores);
      const of = (i: number): number => amounts[i];
      // Nothing regressed, improved or was disagreed on by nothing; a worst and a best image there always is.
      const counts = (i: number): boolean =>
        kind === 'worst' || kind === 'best' ? !Number.isNaN(of(i)) : of(i) > 0;
      return { kind, source, order: own.filter(counts).sort((a, b) => of(b) - of(a) || a - b) };
    };
    return [
      ...sources.map((source) => rank('worst', source, (scores) => -scores[source])),
      ...sources.map((source) => rank('best', source, (scores) => scores[source])),
      ...changes.map(({ before, now }) => rank('regressed', now, (scores) => scores[before] - scores[now])),
      ...changes.map(({ before, now }) => rank('improved', now, (scores) => scores[now] - scores[before])),
      rank('disagreed', null, (scores) => spread(sources.map((source) => scores[source]))),
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
    for (const [at, index] of order.slice(0, RANKS_NAMED).entries()) {
      addTo(reasons, index, { kind, source, rank: at + 1 });
    }
  }
  for (const known of reasons.values()) known.sort((a, b) => a.rank - b.rank);
  return reasons;
}
