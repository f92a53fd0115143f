import { quantiles } from '../../stats/quantile.js';
import type { Bin } from '../../metrics/attribute-list.js';

/** Which slice a value belongs to, and the slices in their order. */
export interface Cut {
  readonly labels: readonly string[];
  /** The label's index; -1 for a value that has no slice. */
  indexOf(value: number): number;
}

/** Fixed slices; those that no value falls into are left out. */
export function cutByBins(values: readonly number[], bins: readonly Bin[]): Cut {
  const binOf = (value: number): number => bins.findIndex(({ upTo }) => value <= upTo);
  return compacted(
    values,
    binOf,
    bins.map(({ label }) => label),
  );
}

/**
 * Thirds by the values' own terciles (type 7 quantiles), labelled with the smallest and the largest value in each. Equal
 * values stay together, so with many ties there are fewer or unequal slices.
 */
export function cutInThirds(values: readonly number[]): Cut {
  if (values.length === 0) return { labels: [], indexOf: () => -1 };
  const [first, second] = quantiles(values, [1 / 3, 2 / 3]);
  const thirdOf = (value: number): number => (value <= first ? 0 : value <= second ? 1 : 2);
  const labels = [0, 1, 2].map((third) => {
    const own = values.filter((value) => thirdOf(value) === third);
    return own.length === 0 ? '' : rangeLabel(own);
  });
  return compacted(values, thirdOf, labels);
}

function compacted(
  values: readonly number[],
  sliceOf: (value: number) => number,
  labels: readonly string[],
): Cut {
  const used = [...new Set(values.map(sliceOf))].filter((slice) => slice >= 0).sort((a, b) => a - b);
  return {
    labels: used.map((slice) => labels[slice]),
    indexOf: (value) => (Number.isNaN(value) ? -1 : used.indexOf(sliceOf(value))),
  };
}

function rangeLabel(values: readonly number[]): string {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return low === high ? short(low) : `${short(low)} to ${short(high)}`;
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : Number(value.toPrecision(3)).toString();
}
