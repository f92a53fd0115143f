import type { PlannedSample } from '../schema/planned-sample.js';
import type { Failure } from '../core/failure.js';
import type { PhaseTimes } from '../runners/phases.js';
import type { ScoreResult, TruthResult } from '../scoring/score-worker.js';

/** A line of plan.jsonl: a sample and the cell of each model, or a file of the dataset that is no usable pair. */
export type PlanRecord = PlannedSample | PlannedProblem;

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
export type ScoreRecord = CellName & ScoreResult;

/** A line of truths.jsonl: a ground truth measured, and what the dataset's layout says of the sample. The last holds. */
export type TruthRecord = Pick<PlannedSample, 'dataset' | 'id' | 'truthSha256'> & {
  /** Facts from the layout, e.g. DIS5K's `group`. */
  readonly layout: PlannedSample['attributes'];
} & TruthResult;

export type { TimingRecord } from './timing-record.js';
