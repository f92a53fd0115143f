import type { Failure } from '../core/failure.js';
import type { SealPart } from '../schema/seal.js';
import type { GpuReading } from '../runners/onnx/devices/nvidia-watch.js';
import type { PhaseTimes } from '../runners/phases.js';
import type { ProviderProof } from '../runners/onnx/proof/prove-provider.js';
import type { Conditions } from '../runners/onnx/seal/conditions.js';
import type { Window } from '../runners/onnx/timing/windows.js';
import type { TimingProfile } from './time-schema.js';

/**
 * A line of timings.jsonl. The `model` line comes last and makes its series complete; samples of other series are
 * remains of an interrupted pass, or of a process that was not steady and was measured once more.
 */
export type TimingRecord =
  | SampleRecord
  | WarmUpRecord
  | GpuRecord
  | ModelRecord
  | { readonly kind: 'failed'; readonly model: string; readonly failure: Failure };

/** One timed prediction. */
export interface SampleRecord {
  readonly kind: 'sample';
  readonly series: string;
  readonly model: string;
  readonly dataset: string;
  readonly id: string;
  readonly iteration: number;
  readonly phases: PhaseTimes;
  /** Milliseconds since the first recorded prediction of any model that was timed together with this one. */
  readonly atMs?: number;
  /** Processor time of the whole process during the prediction, milliseconds. */
  readonly cpuMs?: number;
  /** Beyond Tukey's fences among the predictions of its dataset, each over the median of its image. */
  readonly outlier?: true;
}

/** The inferences before anything counted, in order. */
export interface WarmUpRecord {
  readonly kind: 'warm-up';
  readonly series: string;
  readonly model: string;
  readonly inferenceMs: readonly number[];
}

/** What a card told, once a second. */
export type GpuRecord = { readonly kind: 'gpu'; readonly series: string } & GpuReading;

/** What a model's process said of itself, and under which conditions it was measured. */
export interface ModelRecord {
  readonly kind: 'model';
  readonly series: string;
  readonly model: string;
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  readonly warmup: number;
  readonly threads: number;
  readonly peakRssBytes: number | null;
  /** Of inferences in a bare loop, between the recorded predictions; absent for a slow model. */
  readonly inferenceAloneMs?: readonly number[];
  /** The times came along with masks made elsewhere. */
  readonly measuredElsewhere?: boolean;
  readonly pass?: PassRecord;
}

export interface PassRecord {
  readonly profile: TimingProfile;
  /** 1, or 2 where the first process was not steady. */
  readonly attempt: number;
  /** Models whose processes lived at the same time and took turns, this one included. */
  readonly together: readonly string[];
  /** Passes over all images. */
  readonly passes: number;
  readonly warmUpMs: number;
  /** Whether the warm-up ended steady; null if that was not looked at. */
  readonly settled: boolean | null;
  /** Null on a CPU, where there is nothing else to run on. */
  readonly proof: ProviderProof | null;
  readonly windows: readonly Window[];
  /** Of the process while it was recorded: its processor time, and how often it had to make way for others. */
  readonly cpuMs: number;
  readonly involuntarySwitches: number;
  /** Of the process on its card; null where the driver does not tell. */
  readonly gpuMemoryBytes: number | null;
  /** Of a moment without work of ours before the pass, and of the recorded stretches. */
  readonly before: Conditions | null;
  readonly during: Conditions;
  readonly governors: readonly string[];
  readonly parts: readonly SealPart[];
}
