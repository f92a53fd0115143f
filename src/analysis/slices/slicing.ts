import { unknownName } from '../../core/names.js';
import { NUMERIC_ATTRIBUTES, type Bin } from '../../metrics/attribute-list.js';
import { sameName } from '../../schema/measured-attributes.js';
import type { Slicing } from '../../schema/page-input.js';
import type { Limits } from '../../stats/ends.js';
import { intervalOfMean, type RoughInterval } from '../../scoring/aggregate/intervals.js';
import { unitMeans } from '../../stats/unit-means.js';
import { quantiles } from '../../stats/quantile.js';
import { meanOf } from '../../stats/values.js';
import type { Attributes } from '../../store/load-run-scores.js';

/** Slices of fewer images are shown, and nothing follows from them. */
export const FEWEST_IMAGES = 30;

/** The names of everything that is known of some of the images. */
export function attributeNames(images: readonly Attributes[]): ReadonlySet<string> {
  return new Set(images.flatMap((of) => Object.keys(of)));
}

/** Those that a layout gives; the others are measured of the ground truths. */
export function layoutNames(images: readonly Attributes[]): readonly string[] {
  return [...attributeNames(images)].filter((name) => numericAttribute(name) === undefined);
}

/** The attribute of these images that goes by a name, however it is spelled. @throws MaskbenchError `config.unknown-name`. */
export function attributeNamed(wanted: string, images: readonly Attributes[]): string {
  const names = [...layoutNames(images), ...NUMERIC_ATTRIBUTES.map(({ name }) => name)];
  const found = numericAttribute(wanted)?.name ?? names.find((name) => sameName(name, wanted));
  if (found !== undefined) return found;
  throw unknownName('the run has no attribute', wanted, names);
}

/** A fact that is measured of every ground truth, by any spelling of its name. */
export function numericAttribute(wanted: string): (typeof NUMERIC_ATTRIBUTES)[number] | undefined {
  return NUMERIC_ATTRIBUTES.find(({ name }) => sameName(name, wanted));
}

/** What an attribute says of an image, as a word; empty where it says nothing. */
export function wordOf(attributes: Attributes, name: string): string {
  return String(attributes[name] ?? '');
}

/** What an attribute says of an image, as a number; NaN where it says none. */
export function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : Number.NaN;
}

/** More values of a number than this are cut into thirds, like what is measured. */
const MOST_NUMBERS = 60;

/** What a layout or a list says, as numbers to be cut into ranges; undefined where it has words, or few values. */
export function manyNumbers(images: readonly Attributes[], name: string): readonly number[] | undefined {
  const values = images.flatMap((of) => of[name] ?? []);
  const isMany = new Set(values).size > MOST_NUMBERS && values.every((value) => typeof value === 'number');
  return isMany ? images.map((of) => numberOf(of, name)) : undefined;
}

/**
 * A slice for each value; none for images with an empty one.
 *
 * @param order of the slices; by default by code units
 */
export function sliceByValue(values: readonly string[], order?: (a: string, b: string) => number): Slicing {
  const labels = [...new Set(values)].filter((value) => value !== '').sort(order);
  const index = new Map(labels.map((label, i) => [label, i]));
  return {
    how: 'a slice for each value',
    labels,
    of: Int32Array.from(values, (value) => index.get(value) ?? -1),
  };
}

/**
 * Fixed slices, or thirds by the values' own terciles (type 7 quantiles), labelled with the smallest and the largest
 * value in each. Equal values stay together, so with many ties there are fewer or unequal thirds. Slices that no value
 * falls into are left out; NaN has none.
 *
 * @param scope what the values are of, for the words about thirds
 */
export function sliceByNumber(
  values: readonly number[],
  bins: readonly Bin[] | undefined,
  scope: string,
): Slicing {
  const known = values.filter((value) => !Number.isNaN(value));
  const { labels, sliceOf } = bins === undefined ? thirdsOf(known) : binned(bins);
  const used = [...new Set(known.map(sliceOf))].filter((slice) => slice >= 0).sort((a, b) => a - b);
  return {
    how: bins === undefined ? `thirds of ${scope}` : 'fixed slices',
    labels: used.map((slice) => labels[slice]),
    of: Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : used.indexOf(sliceOf(value)))),
  };
}

interface Cut {
  readonly labels: readonly string[];
  /** -1 for a value beyond all of them. */
  readonly sliceOf: (value: number) => number;
}

function binned(bins: readonly Bin[]): Cut {
  return {
    labels: bins.map(({ label }) => label),
    sliceOf: (value) => bins.findIndex(({ upTo }) => value <= upTo),
  };
}

function thirdsOf(values: readonly number[]): Cut {
  if (values.length === 0) return { labels: [], sliceOf: () => -1 };
  const [first, second] = quantiles(values, [1 / 3, 2 / 3]);
  const sliceOf = (value: number): number => (value <= first ? 0 : value <= second ? 1 : 2);
  const labels = [0, 1, 2].map((third) => rangeLabel(values.filter((value) => sliceOf(value) === third)));
  return { labels, sliceOf };
}

function rangeLabel(values: readonly number[]): string {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return low === high ? short(low) : `${short(low)} to ${short(high)}`;
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : Number(value.toPrecision(3)).toString();
}

/** As numbers where both are some, else by code units. */
export function numbersFirst(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A metric over a slice: the images that define it, their mean and its interval; the mean is null without an image.
 *
 * @param units of all images, where the dataset names some: the mean is that of the units' means in the slice
 */
export function meanOfSlice(
  scores: Float64Array,
  { of }: Slicing,
  slice: number,
  range: Limits,
  units?: readonly string[],
): RoughInterval & { readonly n: number; readonly units?: number; readonly mean: number | null } {
  const isIn = (value: number, row: number): boolean => of[row] === slice && !Number.isNaN(value);
  const images = scores.filter(isIn);
  const values =
    units === undefined
      ? images
      : unitMeans(
          images,
          units.filter((_, row) => isIn(scores[row], row)),
        ).means;
  return {
    n: images.length,
    ...(units === undefined ? {} : { units: values.length }),
    mean: values.length === 0 ? null : meanOf(values),
    ...intervalOfMean([values], range),
  };
}
