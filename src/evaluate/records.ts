import type { Failure } from '../core/failure.js';
import type { MetricValue } from '../core/metric-value.js';
import type { PhaseTimes } from '../runners/phases.js';

/** A line of plan.jsonl: a sample and the cell of each model, or a file of the dataset that is no usable pair. */
export type PlanRecord = PlannedSample | PlannedProblem;

export interface PlannedSample {
  readonly kind: 'sample';
  readonly dataset: string;
  readonly id: string;
  readonly imagePath: string;
  readonly truthPath: string;
  readonly imageSha256: string;
  readonly truthSha256: string;
  readonly width: number;
  readonly height: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Cell key by model name. */
  readonly cells: Readonly<Record<string, string>>;
}

export interface PlannedProblem {
  readonly kind: 'problem';
  readonly dataset: string;
  readonly id: string;
  readonly failure: Failure;
}

interface CellName {
  readonly key: string;
  readonly model: string;
  readonly dataset: string;
  readonly id: string;
}

/** A line of predictions.jsonl. Of several lines with one key the last holds. */
export type PredictionRecord = CellName &
  (
    | {
        readonly status: 'done';
        readonly phases: PhaseTimes;
        readonly matteSha256: string;
        readonly width: number;
        readonly height: number;
      }
    | { readonly status: 'failed'; readonly failure: Failure }
  );

/** A line of scores.jsonl; `key` covers the matte, the ground truth and the metric signature. */
export type ScoreRecord = CellName &
  (
    | { readonly status: 'done'; readonly metrics: Readonly<Record<string, MetricValue>> }
    | { readonly status: 'failed'; readonly failure: Failure }
  );

/**
 * A line of timings.jsonl: one timed inference, or what a model's process said of itself. The `model` line comes last
 * and makes its series complete; samples of other series are remains of an interrupted pass.
 */
export type TimingRecord =
  | {
      readonly kind: 'sample';
      readonly series: string;
      readonly model: string;
      readonly dataset: string;
      readonly id: string;
      readonly iteration: number;
      readonly phases: PhaseTimes;
    }
  | {
      readonly kind: 'model';
      readonly series: string;
      readonly model: string;
      readonly loadMs: number;
      readonly firstInferenceMs: number;
      readonly warmup: number;
      readonly threads: number;
      readonly peakRssBytes: number | null;
    }
  | { readonly kind: 'failed'; readonly model: string; readonly failure: Failure };
