import type { Failure } from '../../../core/failure.js';
import type { ImagePrompt } from '../../../models/spec/prompts.js';
import type { NetworkSpec } from '../../../models/spec/spec.js';
import type { InputType } from '../../../models/pixels/tensor.js';
import type { PhaseTimes } from '../../phases.js';
import type { DoneMatte } from '../../write-matte.js';
import type { Copied, OpenModelRequest } from '../open-model.js';

/** What a child needs to open its one model. Sent once, first. */
export interface LoadMessage extends Omit<OpenModelRequest, 'observe'> {
  readonly kind: 'load';
  /** Threads of the accuracy pass that decode, feed, read and write; default 1. */
  readonly feeders?: number | undefined;
  /** Pictures in one inference of the accuracy pass (`openBatches`); default 1. */
  readonly batch?: number | 'auto' | undefined;
}

/** One image to predict; the matte is written to `mattePath`, a draft, before `done` is sent. */
export interface PredictJob {
  readonly jobId: number;
  readonly imagePath: string;
  /** Of the bytes that a cell of a run is bound to. */
  readonly imageSha256?: string | undefined;
  readonly mattePath: string;
  /** What a promptable model is asked; its default if nothing is said. */
  readonly prompt?: ImagePrompt | undefined;
}

/** The images to time: decoded at once, and their pixels kept. */
export interface DecodeMessage {
  readonly kind: 'decode';
  readonly images: readonly TimedImage[];
}

/** Predict decoded images, one right after the other, and say at the end how long each of them took. */
export interface MeasureMessage {
  readonly kind: 'measure';
  /** Positions among the decoded images, in the order in which they are predicted. */
  readonly order: readonly number[];
  /** So many of them are put into one inference; default 1. */
  readonly batch?: number | undefined;
  /** After each prediction so many more inferences of the same tensor in a row, for their times by themselves. */
  readonly alone?: number | undefined;
  /** When each of them arrives, milliseconds after the first moment; by default as soon as the one before is done. */
  readonly arrivalsMs?: readonly number[] | undefined;
  /** From the picture's file to a matte's, which is written into this folder; by default of decoded pictures. */
  readonly filesIn?: string | undefined;
}

export interface TimedImage {
  readonly key: string;
  readonly path: string;
  readonly prompt?: ImagePrompt | undefined;
}

/** Load a model so that it tells where its nodes run, and profile `runs` inferences of one image. */
export interface ProbeMessage {
  readonly kind: 'probe';
  readonly load: LoadMessage;
  /** Null: a grey one of the size that the model is fed. */
  readonly image: TimedImage | null;
  readonly runs: number;
  /** Profiles are written to files whose paths begin like this. */
  readonly profilePrefix: string;
}

/** Load a model, and see whether what comes out of it is what the spec says. */
export interface TryMessage {
  readonly kind: 'try';
  readonly load: LoadMessage;
}

/** Write what a model computes of one image into `folder`: input.bin, output.bin, and matte.png if it is wanted. */
export interface StageMessage extends Omit<PredictJob, 'mattePath'> {
  readonly kind: 'stages';
  /** In place of the model's own spec: the same networks, fed and read in another way. */
  readonly fedAs?: NetworkSpec | undefined;
  readonly folder: string;
  readonly withMatte: boolean;
}

export type ToChild =
  | LoadMessage
  | ({ readonly kind: 'predict' } & PredictJob)
  | DecodeMessage
  | MeasureMessage
  | ProbeMessage
  | TryMessage
  | StageMessage;

interface DoneMessage extends DoneMatte {
  readonly kind: 'done';
  readonly jobId: number;
  /** What a feeding thread was busy with it: decoding, feeding, reading and writing. */
  readonly feedingMs: number;
}

export type FromChild =
  | { readonly kind: 'loaded'; readonly loadMs: number }
  | { readonly kind: 'started'; readonly jobId: number }
  /** Why pictures are computed one by one where a batch was to be tried. */
  | { readonly kind: 'alone'; readonly reason: string }
  | DoneMessage
  | { readonly kind: 'failed'; readonly jobId: number; readonly failure: Failure }
  /** Neither this process nor another one can go on: the session does not open, the device is lost, or the disk is full. */
  | { readonly kind: 'fatal'; readonly failure: Failure }
  /** This process can compute nothing any more: the job that it had started has spoilt it. Another one may. */
  | { readonly kind: 'spoilt'; readonly failure: Failure }
  | DecodedMessage
  | MeasuredMessage
  | StagedMessage
  /** The profiles are written, or nothing was found wrong. */
  | { readonly kind: 'probed' };

/** The stages of an image are in their files. */
export interface StagedMessage {
  readonly kind: 'staged';
  readonly jobId: number;
  readonly input: { readonly type: InputType; readonly dims: readonly number[] };
  readonly output: { readonly dims: readonly number[] };
}

/** A file that cannot be decoded is left out: it is a failed cell of the accuracy pass. */
interface DecodedMessage {
  readonly kind: 'decoded';
  readonly images: readonly DecodedImage[];
}

export interface DecodedImage {
  readonly key: string;
  readonly decodeMs: number;
  readonly width: number;
  readonly height: number;
}

export interface MeasuredMessage {
  readonly kind: 'measured';
  readonly samples: readonly MeasuredSample[];
  /** From the first sample's start to the last one's end. */
  readonly wallMs: number;
  /** Processor time of the whole process meanwhile, all threads together. */
  readonly cpuMs: number;
  /** How often a thread of the process had to make way for another meanwhile. */
  readonly involuntarySwitches: number;
  /** What the last inference copied to the device and back; absent where that is not said. */
  readonly copies?: Copied;
  /** VmHWM of the process; null where the system does not tell. */
  readonly peakRssBytes: number | null;
}

/** One inference: of one image, or of a batch that begins with it. */
export interface MeasuredSample {
  /** Position among the decoded images. */
  readonly image: number;
  /** Since the first moment of the measurement. */
  readonly startMs: number;
  /** Processor time of the whole process during the prediction, all threads together. */
  readonly cpuMs: number;
  /** Without `decodeMs` of a picture that was decoded before. */
  readonly phases: Omit<PhaseTimes, 'decodeMs'> & Partial<Pick<PhaseTimes, 'decodeMs'>>;
  /** Of the inferences in a row after it, in order; where they were asked for. */
  readonly aloneMs?: readonly number[];
}
