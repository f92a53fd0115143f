import type { MetricValue } from '../schema/metric-value.js';
import type { GrayImage, RgbImage } from '../image/raster.js';
import type { IgnoredPixels } from '../image/ignored-pixels.js';

/** What a metric's value costs beyond reading the two images once; `bench` prints the price of each class. */
export type CostClass = 'counts' | 'histogram' | 'pixels' | 'distance' | 'skeleton';

export interface MetricMeta {
  /** Stable identifier in files and on the command line, e.g. `iou`, `sod.wf`, `matting.sad`. */
  readonly id: string;
  readonly name: string;
  /** Id of the protocol that lists it. */
  readonly protocol: string;
  /** Inclusive bounds; `null` is unbounded. */
  readonly range: readonly [number, number | null];
  readonly better: 'higher' | 'lower';
  readonly formula: string;
  /** Paper, reference implementation, or both. */
  readonly source: string;
  /** What the value is when the ground truth, the prediction, or both are empty. */
  readonly emptyMasks: string;
  readonly cost: CostClass;
  /** Whether the value depends on the colours of the image, which are loaded for such metrics alone. */
  readonly needsPicture?: true;
}

/** The lowest and the highest value of a metric that has both; null for one without. */
export function boundedRange({
  range: [low, high],
}: Pick<MetricMeta, 'range'>): readonly [number, number] | null {
  return high === null || !Number.isFinite(low) ? null : [low, high];
}

/** The range of the gains of a metric's scores: differences of two of them, positive is better. */
export function gainRange(meta: Pick<MetricMeta, 'range'>): readonly [number, number] | null {
  const range = boundedRange(meta);
  return range === null ? null : [range[0] - range[1], range[1] - range[0]];
}

/** A measure of one prediction against one ground truth. Pure; same size of both images is the caller's duty. */
export interface Metric {
  readonly meta: MetricMeta;
  compute(pair: Pair): MetricValue;
  /** The same from counts alone, where these are all that it depends on: such a metric is also pooled over images. */
  readonly ofCounts?: CountScore;
}

/** Pixel counts of a binary prediction against a binary ground truth. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** A score of counts, e.g. of one image, or of a whole dataset pooled over pixels. */
export type CountScore = (counts: Confusion, empty: Conventions['empty']) => MetricValue;

/** What metrics share. It is computed when first asked for and kept with its truth or pair; order never matters. */
export interface TruthIntermediate<T> {
  readonly name: string;
  compute(truth: Truth): T;
}
export interface PairIntermediate<T> {
  readonly name: string;
  compute(pair: Pair): T;
}

/** One ground truth, with everything that depends on it alone; several pairs (one per model) may share it. */
export interface Truth {
  /** 0 where a pixel is ignored. */
  readonly image: GrayImage;
  /** The pixels that count nowhere; undefined where all count. */
  readonly ignored: IgnoredPixels | undefined;
  /** Pixels that count, at least one: those of the image less the ignored. */
  readonly pixels: number;
  /** The image whose ground truth it is, of the same size; there where a metric that is asked for needs it. */
  readonly picture: RgbImage | undefined;
  get<T>(intermediate: TruthIntermediate<T>): T;
}

export interface Pair {
  /** 0 where the ground truth is ignored. */
  readonly prediction: GrayImage;
  readonly truth: Truth;
  readonly conventions: Conventions;
  get<T>(intermediate: PairIntermediate<T>): T;
}

/** What a run may choose of the `fixed` protocol, and part of its signature. */
export interface Conventions {
  /** Prediction and ground truth are foreground at `>= threshold`, 1..255. */
  readonly threshold: number;
  /** What overlap scores are when both masks are empty; `skip`: undefined. */
  readonly empty: 'one' | 'zero' | 'skip';
}

export const DEFAULT_CONVENTIONS: Conventions = { threshold: 128, empty: 'one' };
