import type { SliceComparison, SliceComparisons } from '../../schema/comparison.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { benjaminiHochberg } from '../../stats/multiplicity.js';
import { meanOf } from '../../stats/values.js';
import { NUMERIC_ATTRIBUTES } from '../../metrics/attribute-list.js';
import { cutByBins, cutInThirds } from '../slices/cut.js';
import { estimateGain, signFlipP, type Resampling } from './metric-comparison.js';
import { scopeScores, type PairedDataset } from './paired-images.js';
import type { Attributes } from '../../store/run-scores.js';

/** A part of the images by the value of one attribute, or by a range of it. */
export interface Slice {
  readonly attribute: string;
  readonly value: string;
  isIn(attributes: Attributes): boolean;
}

/** Of so large slices there can only be some dozens; fewer sign patterns tell p well enough to correct it for them. */
const LARGE = 4096;
const FEW_PATTERNS = 2000;

/** Slices with fewer images are information only. */
export const SLICE_MINIMUM = 30;

/** Numbers with more distinct values than this are cut into ranges. */
const FEW_VALUES = 8;

/**
 * One metric by every slice of every attribute. Slices of at least 30 images have an interval and a p, adjusted by
 * Benjamini and Hochberg over these: for looking around, not for gates. Null where no image has an attribute.
 */
export function compareSlices(
  datasets: readonly PairedDataset[],
  metric: MetricMeta,
  resampling: Resampling,
): SliceComparisons | null {
  const rows = slicesOf(datasets).flatMap((slice): SliceComparison[] => {
    const { n, gains, baseline, candidate } = scopeScores(datasets, metric, slice.isIn);
    if (n === 0) return [];
    const { attribute, value } = slice;
    const own = { ...resampling, seed: `${resampling.seed}/${metric.id}/${attribute}=${value}` };
    const tested = n >= SLICE_MINIMUM;
    const mean = meanOf(gains);
    return [
      {
        attribute,
        value,
        n,
        baseline: meanOf(baseline),
        candidate: meanOf(candidate),
        gain: tested
          ? // there may be hundreds of slices: Hall's interval needs no resampling
            estimateGain(gains, own, 'hall')
          : { mean, lower: null, upper: null, level: 0.95, method: 'none', caution: 'few-values' },
        p: tested ? signFlipP(gains, n > LARGE ? { ...own, resamples: FEW_PATTERNS } : own) : null,
        adjusted: null,
      },
    ];
  });
  if (rows.length === 0) return null;
  const tested = rows.filter(({ n }) => n >= SLICE_MINIMUM);
  const adjusted = benjaminiHochberg(tested.map(({ p }) => p ?? 1));
  const byRow = new Map(tested.map((row, i) => [row, row.p === null ? null : adjusted[i]]));
  return {
    metric: metric.id,
    correction: 'benjamini-hochberg',
    minimum: SLICE_MINIMUM,
    rows: rows.map((row) => ({ ...row, adjusted: byRow.get(row) ?? null })),
  };
}

/** Of every attribute its values in order; attributes that only rename another, or that never vary, are left out. */
export function slicesOf(datasets: readonly PairedDataset[]): readonly Slice[] {
  const all = datasets.flatMap(({ attributes }) => attributes);
  const names = [...attributeNames(all)].sort();
  const numeric = new Set(names.filter((name) => isNumeric(all, name)));
  // words first: of a word and its number the word is kept
  const ordered = [...names.filter((name) => !numeric.has(name)), ...numeric];
  // the datasets have rows of their own
  const partitions = new Set([partition(datasets.flatMap(({ name, ids }) => ids.map(() => name)))]);
  return ordered.flatMap((attribute): readonly Slice[] => {
    const values = all.map((attributes) => attributes[attribute]);
    const classes = new Set(values).size;
    if (classes < 2) return [];
    // where nearly every image has a value of its own, the partition tells nothing of what is the same
    if (classes <= all.length / 2) {
      const signature = partition(values);
      if (partitions.has(signature)) return [];
      partitions.add(signature);
    }
    return numeric.has(attribute) && classes > FEW_VALUES
      ? rangesOf(all, attribute)
      : valuesOf(all, attribute);
  });
}

function attributeNames(all: readonly Attributes[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const attributes of all) for (const name of Object.keys(attributes)) names.add(name);
  return names;
}

function isNumeric(all: readonly Attributes[], name: string): boolean {
  return all.every((attributes) => attributes[name] === undefined || typeof attributes[name] === 'number');
}

/** Images numbered by their value in the order of appearance: equal texts are one partition of the images. */
function partition(values: readonly (string | number | undefined)[]): string {
  const numbers = new Map<string | number | undefined, number>();
  return values
    .map((value) => {
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return number;
    })
    .join();
}

function valuesOf(all: readonly Attributes[], attribute: string): readonly Slice[] {
  const values = [...new Set(all.flatMap((attributes) => attributes[attribute] ?? []))];
  return values
    .sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1))
    .map((value) => ({
      attribute,
      value: String(value),
      isIn: (attributes) => attributes[attribute] === value,
    }));
}

/** As the slices of a single run are cut (src/analysis/slices), but over all datasets together. */
function rangesOf(all: readonly Attributes[], attribute: string): readonly Slice[] {
  const numberIn = (attributes: Attributes): number => {
    const value = attributes[attribute];
    return typeof value === 'number' ? value : Number.NaN;
  };
  const values = all.map(numberIn).filter(Number.isFinite);
  const bins = NUMERIC_ATTRIBUTES.find(({ name }) => name === attribute)?.bins;
  const cut = bins === undefined ? cutInThirds(values) : cutByBins(values, bins);
  if (cut.labels.length < 2) return [];
  return cut.labels.map((value, i) => ({
    attribute,
    value,
    isIn: (attributes) => cut.indexOf(numberIn(attributes)) === i,
  }));
}
