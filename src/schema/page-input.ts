import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';
import type { TimeScope } from './timing-summary.js';
import type { Caution } from './caution.js';
import type { Gallery } from './gallery.js';
import type { RankingReport } from './ranking.js';
import type { Interval, Summary } from './summary.js';

/** Everything that the page of one or several runs is rendered from: plain data, gathered before, no file is read. */
export interface PageInput {
  /** At least one, in the order that was asked for. */
  readonly runs: readonly PageRun[];
  /** Pictures of all runs; absent where none were asked for or exist. */
  readonly gallery?: Gallery;
  /** Ids of metrics: what the table of accuracy shows, instead of a table per protocol. */
  readonly columns?: readonly string[];
}

/** One run: its summary, and as much of what is behind it as there is. */
export interface PageRun {
  readonly summary: Summary;
  /** Per-image scores and attributes; absent where nothing was scored. */
  readonly cells?: RunCells;
  /** Raw times of the timing pass, a series per model. */
  readonly series?: readonly LatencySeries[];
  readonly curves?: readonly RunCurves[];
  /** The headline metric by each attribute of the samples that cuts them into several slices. */
  readonly slices?: readonly SliceTable[];
  /** Tiers of models that cannot be told apart, a table per metric and dataset. */
  readonly ranking?: RankingReport;
}

/** Per-image scores in columns: 8 bytes per score, ids and attributes once for all models. */
export interface RunCells {
  /** Ids of the metrics, in the order of every `CellColumns.scores`. */
  readonly metrics: readonly string[];
  readonly datasets: readonly CellDataset[];
}

interface CellDataset {
  /** As in `Summary.datasets`. */
  readonly name: string;
  /** Of the samples, in the order of every column. */
  readonly ids: readonly string[];
  /** The independent unit of each sample; absent where each is one of its own. */
  readonly units?: readonly string[];
  readonly attributes: readonly AttributeColumn[];
  readonly models: readonly CellColumns[];
}

/** A fact of every sample: a number of its ground truth, or a word of its layout. */
export type AttributeColumn =
  | { readonly kind: 'number'; readonly name: string; readonly values: Float64Array; readonly cut: Slicing }
  | {
      readonly kind: 'text';
      readonly name: string;
      readonly values: readonly string[];
      readonly cut: Slicing;
    };

/** How a column is cut into slices: the slices' labels in order, and each sample's slice, -1 for none. */
export interface Slicing {
  readonly how: string;
  readonly labels: readonly string[];
  readonly of: Int32Array;
}

interface CellColumns {
  readonly model: string;
  /** One per metric; NaN where it is undefined or the cell failed. */
  readonly scores: readonly Float64Array[];
}

/** The timed predictions of one model in the order in which they were made; columns of one length. */
export interface LatencySeries {
  readonly model: string;
  readonly scope: TimeScope;
  readonly datasets: readonly string[];
  /** Index into `datasets`. */
  readonly dataset: Uint8Array;
  readonly ids: readonly string[];
  /** Since the first recorded prediction of any model timed together with this one; NaN where it was not kept. */
  readonly atMs: Float64Array;
  readonly predictMs: Float64Array;
  /** 1 beyond Tukey's fences. */
  readonly outlier: Uint8Array;
  /** Lengths of the windows whose medians the seal compares, in order. */
  readonly windows: readonly number[];
}

const curve = z.exactOptional(z.array(orNull(figure)));
export const runCurves = z.object({
  model: text,
  dataset: text,
  protocol: text,
  images: count,
  signature: text,
  curves: z.object({ precision: curve, recall: curve, f: curve, iou: curve, e: curve }),
});
/** Means over images by threshold 0..255 of one model on one dataset; null where no image defines it. */
export type RunCurves = Document<typeof runCurves>;

/** Mean scores of a metric on slices of every dataset by one attribute. */
export interface SliceTable {
  readonly attribute: string;
  readonly metric: string;
  readonly how: string;
  readonly rows: readonly SliceScore[];
}

export interface SliceScore {
  readonly dataset: string;
  readonly slice: string;
  readonly model: string;
  readonly n: number;
  /** Independent units of these images, where the dataset names some: what mean and interval count. */
  readonly units?: number;
  readonly mean: number;
  readonly interval: Interval;
  readonly caution?: Caution;
}
