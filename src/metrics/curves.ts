import { MaskbenchError } from '../core/errors.js';
import { isDefined, type MetricValue } from '../schema/metric-value.js';
import { countsByClass, type ClassCounts } from './joint-histogram.js';
import type { Confusion, Conventions, CountScore, Pair } from './metric.js';

/** `e` is of the `sod` protocol alone; it is there for the maximum over a dataset that PySODMetrics prints. */
export type CurveName = 'precision' | 'recall' | 'f' | 'iou' | 'e';

/** How a protocol reads the values of a prediction at every threshold, and which scores it draws over them. */
export interface CurveReading {
  /** Id of the protocol. */
  readonly protocol: string;
  /** Whether the run's threshold is one of those on the curve, so that it can be compared with the best one. */
  readonly holdsThreshold: boolean;
  /** The counts at the thresholds 0..255, where a pixel is foreground at `>= index`. */
  confusions(counts: ClassCounts, conventions: Conventions): readonly Confusion[];
  readonly scores: Readonly<Partial<Record<CurveName, CountScore>>>;
}

/** Scores of one pair by threshold: index 0..255, a pixel is foreground at `>= index`. */
export type PairCurves = Readonly<Partial<Record<CurveName, readonly MetricValue[]>>>;

/**
 * Sums of curves over the images of a dataset: plain data, so that it can leave a worker, be stored, and be merged.
 * `counts` says over how many images each point is defined.
 */
export interface CurveSums {
  readonly protocol: string;
  images: number;
  readonly sums: Partial<Record<CurveName, number[]>>;
  readonly counts: Partial<Record<CurveName, number[]>>;
}

/** The curves of one pair from its counts alone, for whoever kept these and not the images. */
export function curvesOfCounts(
  { confusions, scores }: CurveReading,
  counts: ClassCounts,
  conventions: Conventions,
): PairCurves {
  const byThreshold = confusions(counts, conventions);
  return Object.fromEntries(
    entriesOf(scores).map(([name, score]) => [name, byThreshold.map((of) => score(of, conventions.empty))]),
  );
}

/** Sums over no images. */
export function emptyCurveSums(protocol: string): CurveSums {
  return { protocol, images: 0, sums: {}, counts: {} };
}

/** Adds one pair's curves to sums of the same protocol. */
export function addToCurveSums(into: CurveSums, reading: CurveReading, pair: Pair): void {
  addCurves(into, curvesOfCounts(reading, pair.get(countsByClass), pair.conventions));
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

function entriesOf<T>(byName: Readonly<Partial<Record<CurveName, T>>>): [CurveName, T][] {
  return Object.entries(byName) as [CurveName, T][];
}

function zeros(): number[] {
  return Array.from({ length: 256 }, () => 0);
}
