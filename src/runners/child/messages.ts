import type { Failure } from '../../core/failure.js';
import type { InputSpec, OutputSpec } from '../../models/spec.js';
import type { DeviceRequest } from '../device.js';
import type { PhaseTimes } from '../phases.js';
import type { RunnerOptions } from '../session-options.js';

/** What a child needs to open its one session. Sent once, first. */
export interface LoadMessage {
  readonly kind: 'load';
  readonly modelPath: string;
  readonly input: InputSpec;
  readonly output: OutputSpec;
  readonly device: DeviceRequest;
  readonly options: RunnerOptions;
  readonly threads: number;
}

/** One image to predict; the matte is written to `mattePath` (by way of a temporary name) before `done` is sent. */
export interface PredictJob {
  readonly jobId: number;
  readonly imagePath: string;
  readonly mattePath: string;
}

/** The images to time, decoded first, then `warmup` unrecorded and `rounds` recorded passes over all of them. */
export interface TimeMessage {
  readonly kind: 'time';
  readonly images: readonly { readonly key: string; readonly path: string }[];
  readonly warmup: number;
  readonly rounds: number;
}

export type ToChild = LoadMessage | ({ readonly kind: 'predict' } & PredictJob) | TimeMessage;

export interface DoneMessage {
  readonly kind: 'done';
  readonly jobId: number;
  readonly phases: PhaseTimes;
  readonly matteSha256: string;
  readonly width: number;
  readonly height: number;
}

export type FromChild =
  | { readonly kind: 'loaded'; readonly loadMs: number }
  | { readonly kind: 'started'; readonly jobId: number }
  | DoneMessage
  | { readonly kind: 'failed'; readonly jobId: number; readonly failure: Failure }
  /** The process cannot go on: the session does not open, or the disk is full. */
  | { readonly kind: 'fatal'; readonly failure: Failure }
  | { readonly kind: 'timed'; readonly key: string; readonly iteration: number; readonly phases: PhaseTimes }
  | { readonly kind: 'first-inference'; readonly inferenceMs: number }
  | { readonly kind: 'timing-done'; readonly peakRssBytes: number | null };
