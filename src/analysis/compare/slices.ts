import type { SliceComparison, SliceComparisons } from '../../schema/comparison.js';
import { gainRange, type MetricMeta } from '../../metrics/metric.js';
import { meanInterval } from '../../stats/mean-interval.js';
import { benjaminiHochberg } from '../../stats/multiplicity.js';
import { meanOf } from '../../stats/values.js';
import type { Slicing } from '../../schema/page-input.js';
import {
  attributeNames,
  FEWEST_IMAGES,
  numberOf,
  numbersFirst,
  numericAttribute,
  sliceByNumber,
  sliceByValue,
  wordOf,
} from '../slices/slicing.js';
import { inUnits } from './unit-scores.js';
import { describeGain, signFlipP, unitCount, type Resampling } from './metric-comparison.js';
import { scopeScores, type PairedDataset } from './paired-images.js';
import type { Attributes } from '../../store/load-run-scores.js';

/** Of so large slices there can only be some dozens; fewer sign patterns tell p well enough to correct it for them. */
const LARGE = 4096;
const FEW_PATTERNS = 2000;

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
  const slices = attributeCuts(datasets).flatMap(({ attribute, cut: { labels, of } }) =>
    labels.map((value, i) => ({ attribute, value, isIn: (image: number) => of[image] === i })),
  );
  const rows = slices.flatMap(({ attribute, value, isIn }): SliceComparison[] => {
    const scores = inUnits(scopeScores(datasets, metric, (_, image) => isIn(image)));
    const { n, gains, baseline, candidate } = scores;
    if (n === 0) return [];
    const own = { ...resampling, seed: `${resampling.seed}/${metric.id}/${attribute}=${value}` };
    const tested = n >= FEWEST_IMAGES;
    const mean = meanOf(gains);
    return [
      {
        attribute,
        value,
        n: scores.images ?? n,
        ...unitCount([scores]),
        baseline: meanOf(baseline),
        candidate: meanOf(candidate),
        gain: tested
          ? // there may be hundreds of slices: Hall's interval needs no resampling
            describeGain(
              [gains],
              meanInterval(gains, { method: 'hall', range: gainRange(metric) ?? undefined }),
            )
          : { mean, lower: null, upper: null, level: 0.95, method: 'none', caution: 'few-values' },
        p: tested ? signFlipP([gains], n > LARGE ? { ...own, resamples: FEW_PATTERNS } : own) : null,
        adjusted: null,
      },
    ];
  });
  if (rows.length === 0) return null;
  const tested = rows.filter(({ n, units = n }) => units >= FEWEST_IMAGES);
  const adjusted = benjaminiHochberg(tested.map(({ p }) => p ?? 1));
  const byRow = new Map(tested.map((row, i) => [row, row.p === null ? null : adjusted[i]]));
  return {
    metric: metric.id,
    correction: 'benjamini-hochberg',
    minimum: FEWEST_IMAGES,
    rows: rows.map((row) => ({ ...row, adjusted: byRow.get(row) ?? null })),
  };
}

/**
 * Of every attribute how it cuts the images of all datasets together. Attributes that only rename another, or that never
 * vary, are left out.
 */
function attributeCuts(
  datasets: readonly PairedDataset[],
): readonly { readonly attribute: string; readonly cut: Slicing }[] {
  const all = datasets.flatMap(({ attributes }) => attributes);
  const names = [...attributeNames(all)].sort();
  const numeric = new Set(names.filter((name) => isNumeric(all, name)));
  // words first: of a word and its number the word is kept
  const ordered = [...names.filter((name) => !numeric.has(name)), ...numeric];
  // the datasets have rows of their own
  const partitions = new Set([partition(datasets.flatMap(({ name, ids }) => ids.map(() => name)))]);
  return ordered.flatMap((attribute) => {
    const values = all.map((attributes) => attributes[attribute]);
    const classes = new Set(values).size;
    if (classes < 2) return [];
    // where nearly every image has a value of its own, the partition tells nothing of what is the same
    if (classes <= all.length / 2) {
      const signature = partition(values);
      if (partitions.has(signature)) return [];
      partitions.add(signature);
    }
    if (!numeric.has(attribute) || classes <= FEW_VALUES) {
      const words = all.map((of) => wordOf(of, attribute));
      return [{ attribute, cut: sliceByValue(words, numeric.has(attribute) ? numbersFirst : undefined) }];
    }
    const numbers = all.map((of) => numberOf(of, attribute));
    const cut = sliceByNumber(numbers, numericAttribute(attribute)?.bins, 'all datasets');
    return cut.labels.length < 2 ? [] : [{ attribute, cut }];
  });
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
