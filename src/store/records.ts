import { z } from 'zod';
import { count, failure, figure, metricValue, text, type Document } from '../schema/basics.js';
import { measuredAttributes } from '../schema/measured-attributes.js';
import { plannedSample } from '../schema/planned-sample.js';
import { scenario } from '../schema/scenario-summary.js';
import { phaseTimes } from '../schema/timing-summary.js';

// Keys that a schema does not have are left alone when a line is read: a later version may add some.

/** The dataset's id of a sample. */
export interface SampleName {
  readonly dataset: string;
  readonly id: string;
}

const problem = z.object({ kind: z.literal('problem'), dataset: text, id: text, failure });

/** A line of plan.jsonl: a sample and the cell of each model, or a file of the dataset that is no usable pair. */
export const planRecord = z.discriminatedUnion('kind', [plannedSample, problem]);
export type PlanRecord = Document<typeof planRecord>;

const failed = { status: z.literal('failed'), failure };
const cell = { key: text, model: text, dataset: text, id: text };

const predicted = {
  ...cell,
  /** What it was predicted on, where that is not what the run's settings say: one of several devices. */
  device: z.exactOptional(text),
};

/** A line of predictions.jsonl. Of several lines of one cell the last holds. */
export const predictionRecord = z.discriminatedUnion('status', [
  z.object({
    ...predicted,
    status: z.literal('done'),
    phases: phaseTimes,
    matteSha256: text,
    width: count,
    height: count,
    /** Extremes of what the network gave, before anything was done to it; of mattes read from one map. */
    raw: z.exactOptional(z.object({ min: figure, max: figure })),
    /** The level of a matte that is the same everywhere. */
    constant: z.exactOptional(count),
  }),
  z.object({ ...predicted, ...failed }),
]);
export type PredictionRecord = Document<typeof predictionRecord>;
export type DonePrediction = Extract<PredictionRecord, { status: 'done' }>;

const doneScore = z.object({
  ...cell,
  status: z.literal('done'),
  metrics: z.record(text, metricValue),
  /** At the threshold of the `fixed` protocol, where that is scored. */
  counts: z.exactOptional(z.object({ tp: count, fp: count, fn: count, tn: count })),
  /** Counts of the matte's values by what the ground truth says of the pixel, packed; for `fixed` and `sod`. */
  histogram: z.exactOptional(text),
  /** Of the matte that was scored, in a run that does not keep all of them: with this line on the disk it may go. */
  matteSha256: z.exactOptional(text),
});
export type DoneScore = Document<typeof doneScore>;

/**
 * A line of scores.jsonl; `key` covers the matte, the ground truth and the signatures. Of several lines of one cell the
 * last holds.
 */
export const scoreRecord = z.discriminatedUnion('status', [doneScore, z.object({ ...cell, ...failed })]);
export type ScoreRecord = Document<typeof scoreRecord>;

const truth = {
  dataset: text,
  id: text,
  truthSha256: text,
  /** Facts from the layout, e.g. DIS5K's `group`. */
  layout: plannedSample.shape.attributes,
};

/** A line of truths.jsonl: a ground truth measured, and what the dataset's layout says of the sample. The last holds. */
export const truthRecord = z.discriminatedUnion('status', [
  z.object({ ...truth, status: z.literal('done'), attributes: measuredAttributes }),
  z.object({ ...truth, ...failed }),
]);
export type TruthRecord = Document<typeof truthRecord>;

/** A line of scenarios.jsonl: what was asked for, and what came out. Of several lines with one key the last holds. */
export const scenarioRecord = z.object({ key: text, result: scenario });
export type ScenarioRecord = Document<typeof scenarioRecord>;
