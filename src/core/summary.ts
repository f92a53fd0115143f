import type { Failure } from './failure.js';

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
  readonly models: readonly ModelSummary[];
  readonly datasets: readonly DatasetSummary[];
  readonly cells: { readonly planned: number; readonly scored: number; readonly failed: number };
  /** The first thousand failed cells in plan order; `cells.failed` counts all. */
  readonly failures: readonly CellFailure[];
  readonly accuracy: readonly AccuracyRow[];
  readonly timing: readonly TimingRow[];
  readonly published: readonly PublishedFigure[];
}

export interface DeviceSummary {
  /** As asked for, e.g. `cpu` or `cuda:0`. */
  readonly request: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly software: Readonly<Record<string, string>>;
}

export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly licence: string | null;
  readonly trainedOn: readonly string[];
  /** Null where the model was not, or could not be, timed. */
  readonly timing: ModelTimingSummary | null;
}

export interface ModelTimingSummary {
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  readonly warmup: number;
  readonly threads: number;
  readonly peakRssBytes: number | null;
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
}

/** The times of one model on one dataset, or, with `dataset: null`, the plain mean of its datasets' means. */
export interface TimingRow {
  readonly model: string;
  readonly dataset: string | null;
  readonly images: number;
  readonly n: number;
  readonly phases: Readonly<Record<TimedPhase, PhaseSummary>>;
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
