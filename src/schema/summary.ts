import type { Failure } from '../core/failure.js';
import type { MetricValue, Undefined } from './metric-value.js';
import type { ProtocolSummary } from './protocol-summary.js';
import type { ScenarioSummary } from './scenario-summary.js';
import type { Seal } from './seal.js';
import type { GpuSummary, ProcessorSummary, SlownessSummary, TimingPassSummary } from './timing-summary.js';

/** Version of summary.json and of the record files beside it; a reader refuses another one. */
export const SCHEMA_VERSION = 1;

/** What a run came to: the only input of the reports. Plain data, as it stands in summary.json. */
export interface Summary {
  readonly schemaVersion: number;
  readonly maskbenchVersion: string;
  readonly name: string;
  readonly createdAt: string;
  readonly device: DeviceSummary;
  /** One a protocol: every convention behind the scores (docs/metrics.md). */
  readonly signatures: readonly string[];
  /** The signatures of the means in `accuracy`, and of the figures pooled beside them. */
  readonly aggregation?: { readonly mean: readonly string[]; readonly pooled: readonly string[] };
  /** What is scored, in the registry's order: what the ids in `accuracy` stand for. */
  readonly metrics?: readonly MetricSummary[];
  /** By what it is scored, in the registry's order, and how that is shown. */
  readonly protocols?: readonly ProtocolSummary[];
  readonly models: readonly ModelSummary[];
  readonly datasets: readonly DatasetSummary[];
  readonly cells: { readonly planned: number; readonly scored: number; readonly failed: number };
  /** The first thousand failed cells in plan order; `cells.failed` counts all. */
  readonly failures: readonly CellFailure[];
  readonly accuracy: readonly AccuracyRow[];
  /** How the intervals in `accuracy` were made. */
  readonly intervals?: IntervalMethodSummary;
  /** The threshold in use against the best one, per model and dataset; where the `fixed` protocol is scored. */
  readonly thresholds?: readonly ThresholdRow[];
  /** Images whose verdict depends on the protocol; where `fixed` and `sod` are both scored. */
  readonly flips?: FlipSummary;
  readonly timing: readonly TimingRow[];
  /** Why one dataset takes longer than another, of every model timed on several. */
  readonly slowness?: readonly SlownessSummary[];
  /** Offline, server and sweep, where the config asks for them. */
  readonly scenarios?: readonly ScenarioSummary[];
  readonly published: readonly PublishedFigure[];
}

/** As much of a metric as reports need to know. */
export interface MetricSummary {
  /** E.g. `iou`, `sod.wf`, `cutout.halo`. */
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly better: 'higher' | 'lower';
  /** Inclusive bounds; `null` is unbounded. */
  readonly range: readonly [low: number | null, high: number | null];
}

export interface DeviceSummary {
  /** As asked for, e.g. `cpu` or `cuda:0`. */
  readonly request: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly software: Readonly<Record<string, string>>;
  /** The card behind the device, where its driver tells. */
  readonly gpu?: GpuSummary;
  readonly processor?: ProcessorSummary;
  /** Of an hour of this device, in the currency of the config. */
  readonly price?: { readonly perHour: number; readonly currency: string };
}

export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly licence: string | null;
  readonly trainedOn: readonly string[];
  /** Tags of the sets by whose scores the checkpoint was chosen. */
  readonly selectedOn?: readonly string[];
  /** Null where the model was not, or could not be, timed. */
  readonly timing: ModelTimingSummary | null;
}

export interface ModelTimingSummary {
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  readonly warmup: number;
  readonly threads: number;
  readonly peakRssBytes: number | null;
  /**
   * The same inferences in a bare loop, where the model is fast: between pre- and postprocessing they find cold caches
   * and sleeping threads, and take longer.
   */
  readonly inferenceAlone?: PhaseSummary;
  /** The times came along with masks made elsewhere. */
  readonly measuredElsewhere?: boolean;
  /** Absent for times made elsewhere. */
  readonly pass?: TimingPassSummary;
}

export interface DatasetSummary {
  readonly name: string;
  readonly title: string;
  readonly fingerprint: string;
  readonly samples: number;
  readonly problems: number;
  readonly tags: readonly string[];
}

export interface CellFailure {
  /** `*` where every model's cell failed, as for a file of the dataset that is no usable pair. */
  readonly model: string;
  readonly dataset: string;
  readonly id: string;
  readonly failure: Failure;
}

/** The scores of one model on one dataset, or, with `dataset: null`, the plain mean of its datasets' means. */
export interface AccuracyRow {
  readonly model: string;
  readonly dataset: string | null;
  readonly scored: number;
  readonly failed: number;
  /** Tags that the model was trained on and the dataset has pictures of; not empty means: not held out. */
  readonly leaked: readonly string[];
  readonly metrics: Readonly<Record<string, MetricMean>>;
}

/** Mean over the images where the metric is defined; null where it is defined nowhere. */
export interface MetricMean {
  readonly mean: number | null;
  readonly n: number;
  readonly undefined: number;
  /** Of the mean, over images. */
  readonly interval?: Interval;
  /** The score of the counts of all images together; for scores of counts, of one dataset. */
  readonly pooled?: MetricValue;
  /** Of `pooled`, over images. */
  readonly pooledInterval?: Interval;
}

/** Lower and upper end, or why there is none. */
export type Interval = readonly [lower: number, upper: number] | Undefined;

export interface IntervalMethodSummary {
  /** Confidence, e.g. 0.95. */
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  /** Of means of one dataset, of means of datasets, and of pooled scores; in words. */
  readonly mean: string;
  readonly meanOfDatasets: string;
  readonly pooled: string;
}

/** Mean IoU of one model on one dataset at the threshold in use and at the best single one. */
export interface ThresholdRow {
  readonly model: string;
  readonly dataset: string;
  readonly images: number;
  readonly used: ThresholdPoint;
  readonly best: ThresholdPoint;
  /** `best.iou` less `used.iou`, >= 0: what the threshold in use costs. */
  readonly cost: number;
}

export interface ThresholdPoint {
  readonly threshold: number;
  readonly iou: number;
}

export interface FlipSummary {
  /** A mask counts as right at this IoU or more. */
  readonly verdictIou: number;
  readonly count: number;
  /** The first thousand in plan order; `count` counts all. */
  readonly images: readonly Flip[];
}

/** One image that is right by one protocol and wrong by the other. */
export interface Flip {
  readonly model: string;
  readonly dataset: string;
  readonly id: string;
  /** IoU of the matte as it is, at the threshold. */
  readonly fixedIou: number;
  /** IoU of the stretched prediction where it is > 0.5 (`sod.bin_iou`). */
  readonly sodIou: number;
}

/** The times of one model on one dataset, or, with `dataset: null`, the plain mean of its datasets' means. */
export interface TimingRow {
  readonly model: string;
  readonly dataset: string | null;
  readonly images: number;
  readonly n: number;
  /** Predictions beyond Tukey's fences; they count like all others. */
  readonly outliers?: number;
  readonly phases: Readonly<Record<TimedPhase, PhaseSummary>>;
  /** Where two networks take part in the inference (SAM): what each of them takes of it. */
  readonly networks?: { readonly encoder: PhaseSummary; readonly decoder: PhaseSummary };
  /** Whether the figures are valid; absent: nobody looked. */
  readonly seal?: Seal;
}

/** `predict` is preprocess + inference + postprocess: what a caller of rembg waits for. */
export const TIMED_PHASES = ['decode', 'preprocess', 'inference', 'postprocess', 'predict'] as const;
export type TimedPhase = (typeof TIMED_PHASES)[number];

/** Milliseconds. For a mean of datasets `p50`, `min` and `max` are those of all their inferences together. */
export interface PhaseSummary {
  readonly mean: number;
  readonly p50: number;
  readonly min: number;
  readonly max: number;
  /** Sample standard deviation; null for a single value. */
  readonly sd?: number | null;
  /** Only where there are enough values: 64, 130 and 662. */
  readonly p90?: number;
  readonly p95?: number;
  readonly p99?: number;
  /** Of the median, from order statistics, 95 %; absent where there are too few values. */
  readonly p50Interval?: readonly [lower: number, upper: number];
}

/** A figure that somebody else published for the same network, never one of ours. */
export interface PublishedFigure {
  readonly model: string;
  /** Which of our models it stands beside. */
  readonly beside: string;
  readonly metric: string;
  /** What it was measured on, in the source's words. */
  readonly on: string;
  readonly value: number;
  readonly source: string;
}
