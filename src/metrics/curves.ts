import { MaskbenchError } from '../core/errors.js';
import { isDefined, type MetricValue } from '../schema/metric-value.js';
import { confusionsByThreshold, type Confusion } from './confusion.js';
import * as fixed from './fixed/overlap.js';
import { countsByClass, fixedHistogramOf, sodHistogramOf, type ClassCounts } from './joint-histogram.js';
import type { Conventions, Pair, PairIntermediate, Protocol } from './metric.js';
import { eMeasure } from './sod/e-measure.js';
import { stretchLevels } from './sod/stretch.js';
import * as sod from './sod/threshold-scores.js';

/** `e` is of the `sod` protocol alone; it is there for the maximum over a dataset that PySODMetrics prints. */
export type CurveName = 'precision' | 'recall' | 'f' | 'iou' | 'e';

/** Which reading of the prediction: `fixed` the matte as it is, `sod` the stretched one. */
export type CurveProtocol = 'fixed' | 'sod';

export function isCurveProtocol(protocol: Protocol): protocol is CurveProtocol {
  return protocol === 'fixed' || protocol === 'sod';
}

/** Scores of one pair by threshold: index 0..255, a pixel is foreground at `>= index`. */
export type PairCurves = Readonly<Partial<Record<CurveName, readonly MetricValue[]>>>;

/**
 * Sums of curves over the images of a dataset: plain data, so that it can leave a worker, be stored, and be merged.
 * `counts` says over how many images each point is defined.
 */
export interface CurveSums {
  readonly protocol: CurveProtocol;
  images: number;
  readonly sums: Partial<Record<CurveName, number[]>>;
  readonly counts: Partial<Record<CurveName, number[]>>;
}

/** The curves of one pair, remembered with it. */
const pairCurves: Readonly<Record<CurveProtocol, PairIntermediate<PairCurves>>> = {
  fixed: {
    name: 'curves of the matte',
    compute: (pair) => curvesOfCounts('fixed', pair.get(countsByClass), pair.conventions),
  },
  sod: {
    name: 'curves of the stretched prediction',
    compute: (pair) => curvesOfCounts('sod', pair.get(countsByClass), pair.conventions),
  },
};

const SCORES: Readonly<Record<CurveProtocol, Readonly<Partial<Record<CurveName, fixed.CountScore>>>>> = {
  fixed: { precision: fixed.precision, recall: fixed.recall, f: fixed.fMeasure, iou: fixed.iou },
  sod: { precision: sod.precision, recall: sod.recall, f: sod.fMeasure, iou: sod.iou, e: eMeasure },
};

/** The curves of one pair from its counts alone, for whoever kept these and not the images. */
export function curvesOfCounts(
  protocol: CurveProtocol,
  counts: ClassCounts,
  { threshold, empty }: Conventions,
): PairCurves {
  if (protocol === 'fixed') {
    return curvesOf(confusionsByThreshold(fixedHistogramOf(counts, threshold)), empty, SCORES.fixed);
  }
  const histogram = sodHistogramOf(counts, threshold);
  return curvesOf(confusionsByThreshold(histogram, stretchLevels(histogram).byte), empty, SCORES.sod);
}

/** Sums over no images. */
export function emptyCurveSums(protocol: CurveProtocol): CurveSums {
  return { protocol, images: 0, sums: {}, counts: {} };
}

/** Adds one pair's curves to the sums. */
export function addToCurveSums(into: CurveSums, pair: Pair): void {
  addCurves(into, pair.get(pairCurves[into.protocol]));
}

/** Adds the curves of one more image, of the sums' own protocol. */
export function addCurves(into: CurveSums, curves: PairCurves): void {
  into.images++;
  for (const [name, values] of entriesOf(curves)) {
    const sums = (into.sums[name] ??= zeros());
    const counts = (into.counts[name] ??= zeros());
    values.forEach((value, threshold) => {
      if (!isDefined(value)) return;
      sums[threshold] += value;
      counts[threshold]++;
    });
  }
}

/** Adds the sums of other images, e.g. of another worker or shard; of the same protocol, or it throws. */
export function mergeCurveSums(into: CurveSums, other: CurveSums): void {
  if (into.protocol !== other.protocol) {
    throw new MaskbenchError(
      'internal',
      `curves of ${other.protocol} cannot be added to curves of ${into.protocol}`,
    );
  }
  into.images += other.images;
  for (const kind of ['sums', 'counts'] as const) {
    for (const [name, values] of entriesOf(other[kind])) {
      const own = (into[kind][name] ??= zeros());
      values.forEach((value, threshold) => (own[threshold] += value));
    }
  }
}

function curvesOf(
  confusions: readonly Confusion[],
  empty: Conventions['empty'],
  scores: Readonly<Partial<Record<CurveName, fixed.CountScore>>>,
): PairCurves {
  return Object.fromEntries(
    entriesOf(scores).map(([name, score]) => [name, confusions.map((counts) => score(counts, empty))]),
  );
}

function entriesOf<T>(byName: Readonly<Partial<Record<CurveName, T>>>): [CurveName, T][] {
  return Object.entries(byName) as [CurveName, T][];
}

function zeros(): number[] {
  return Array.from({ length: 256 }, () => 0);
}
