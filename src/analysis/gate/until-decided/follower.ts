import { unitScale, type Claimed } from '../../../stats/betting.js';
import { meanBounds } from '../../../stats/mean-bounds.js';
import { runningCapital, type RunningCapital } from '../../../stats/running-capital.js';
import { meanOf } from '../../../stats/values.js';
import type { PairedDataset } from '../../compare/paired-images.js';
import type { Followed, Looked } from '../evidence/followed.js';

/** Images of a dataset that count together as one draw, by their rows. */
export interface DrawnUnit {
  readonly dataset: PairedDataset;
  readonly rows: readonly number[];
}

/** A claim while its images come in. */
export interface Follower {
  readonly id: string;
  add(unit: DrawnUnit): void;
  /** Looks. @returns whether the claim is decided by this very look, after so many images of the walk. */
  look(walked: number): boolean;
  /** Whether images that are still to come may decide it. */
  isOpen(): boolean;
  known(): Looked;
}

interface FollowOptions {
  /** All units that are planned. */
  readonly planned: readonly DrawnUnit[];
  /** Confidence of a bound that is shown. */
  readonly level: number;
  /** Chances, over all looks together, that the claim is taken to hold, or not to hold, when the opposite is true. */
  readonly errors: { readonly pass: number; readonly fail: number };
  /** Units without which nothing is decided. */
  readonly minimum: number;
}

/**
 * Follows a claim unit by unit: for and against it a capital is bet (`runningCapital`), and it is decided by the first
 * look at which one of them is large enough. Of a unit counts the mean of its images' values.
 */
export function follow(claim: Followed, { planned, level, errors, minimum }: FollowOptions): Follower {
  const { id, groups, range, limit, isIn = () => true, valueOf, meta } = claim;
  const scoresOf = (of: PairedDataset, side: 'baseline' | 'candidate', row: number): number =>
    of[side].get(meta.id)?.[row] ?? Number.NaN;
  const counts = (of: PairedDataset, row: number): boolean =>
    isIn(of.attributes[row]) && !Number.isNaN(scoresOf(of, 'baseline', row));
  const groupOf = ({ name }: PairedDataset): number =>
    groups.findIndex((group) => group.some((dataset) => dataset.name === name));
  const sizes = groups.map(
    (_, g) =>
      planned.filter(
        ({ dataset, rows }) => groupOf(dataset) === g && rows.some((row) => counts(dataset, row)),
      ).length,
  );
  const there = sizes.flatMap((size, g) => (size === 0 ? [] : [g]));
  const claimed = { range, planned: there.map((g) => sizes[g]) };
  const above = capitalAgainst(limit, { ...claimed, side: 'above' });
  const below = capitalAgainst(limit, { ...claimed, side: 'below' });
  const values: number[][] = there.map(() => []);
  const total = claimed.planned.reduce((sum, size) => sum + size, 0);
  let n = 0;
  // Bounds take a search; several ask for them between two looks.
  let bounds: Omit<Looked, 'verdict' | 'after'> | undefined;
  let decided: Pick<Looked, 'verdict' | 'after'> = { verdict: 'inconclusive', after: null };
  return {
    id,
    add({ dataset, rows }) {
      const group = there.indexOf(groupOf(dataset));
      const found = rows
        .filter((row) => counts(dataset, row))
        .map((row) => valueOf(scoresOf(dataset, 'baseline', row), scoresOf(dataset, 'candidate', row)))
        .filter((value) => !Number.isNaN(value));
      if (group === -1 || found.length === 0) return;
      const value = meanOf(found);
      values[group].push(value);
      for (const capital of [above, below]) capital.add(group, value);
      n++;
      bounds = undefined;
    },
    look(walked) {
      const [pro, contra] = [above.look(), below.look()];
      if (n < minimum || decided.verdict === 'fail') return false;
      const verdict =
        contra >= -Math.log(errors.fail) ? 'fail' : pro >= -Math.log(errors.pass) ? 'pass' : 'inconclusive';
      if (verdict === decided.verdict || verdict === 'inconclusive') return false;
      decided = { verdict, after: walked };
      return true;
    },
    isOpen: () => decided.verdict === 'inconclusive' && n < total && total >= minimum,
    known() {
      bounds ??= boundsOf(values, { range, level, planned: claimed.planned });
      return { ...decided, ...bounds };
    },
  };
}

/** What holds at every look; nothing is known where a group has no value yet. */
function boundsOf(
  values: readonly (readonly number[])[],
  options: Parameters<typeof meanBounds>[1],
): Omit<Looked, 'verdict' | 'after'> {
  const n = values.reduce((sum, { length }) => sum + length, 0);
  const isWhole = values.length > 0 && values.every(({ length }) => length > 0);
  const none = { estimate: null, lower: null, upper: null };
  const { estimate, lower, upper } = isWhole ? meanBounds(values, options) : none;
  return { n, estimate, lower, upper };
}

/** A capital against a limit; at the ends of the range and beyond them there is nothing to bet on. */
function capitalAgainst(
  limit: number,
  claimed: Claimed & { readonly planned: readonly number[] },
): RunningCapital {
  const m = unitScale(claimed)(limit);
  if (claimed.planned.length > 0 && m > 0 && m < 1) return runningCapital(limit, claimed);
  const always = m < 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return { add: () => undefined, look: () => always };
}
