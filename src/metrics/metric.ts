import type { MetricValue } from '../schema/metric-value.js';
import type { GrayImage, RgbImage } from '../image/raster.js';

export const PROTOCOLS = ['fixed', 'sod', 'matting', 'cutout'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What a metric's value costs beyond reading the two images once; `bench` prints the price of each class. */
export type CostClass = 'counts' | 'histogram' | 'pixels' | 'distance' | 'skeleton';

export interface MetricMeta {
  /** Stable identifier in files and on the command line, e.g. `iou`, `sod.wf`, `matting.sad`. */
  readonly id: string;
  readonly name: string;
  readonly protocol: Protocol;
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

/** A measure of one prediction against one ground truth. Pure; same size of both images is the caller's duty. */
export interface Metric {
  readonly meta: MetricMeta;
  compute(pair: Pair): MetricValue;
}

/** What metrics share. It is computed when first asked for and kept with its truth or pair; order never matters. */
export interface TruthIntermediate<T> {
  readonly name: string;
  compute(truth: Truth): T;
}
export interface PairIntermediate<T> {
  readonly name: string;
  compute(pair: Pair): T;
}

/** One ground truth, with everything that depends on it alone; several pairs (one a model) may share it. */
export interface Truth {
  readonly image: GrayImage;
  /** The image whose ground truth it is, of the same size; there where a metric that is asked for needs it. */
  readonly picture: RgbImage | undefined;
  get<T>(intermediate: TruthIntermediate<T>): T;
}

export interface Pair {
  readonly prediction: GrayImage;
  readonly truth: Truth;
  readonly conventions: Conventions;
  get<T>(intermediate: PairIntermediate<T>): T;
}

/** The choices behind the `fixed` protocol; they are part of every signature. */
export interface Conventions {
  /** Prediction and ground truth are foreground at `>= threshold`, 1..255. */
  readonly threshold: number;
  /** Overlap scores when both masks are empty. */
  readonly empty: 'one' | 'zero' | 'skip';
}

export const DEFAULT_CONVENTIONS: Conventions = { threshold: 128, empty: 'one' };
