/**
 * The face of whatever makes a matte. A runner is one folder here and one line in `registry.ts`; nothing outside its folder
 * asks which runner a model has, only what the runner can do. Abilities are optional members: a runner leaves out what it cannot do.
 *
 * What the shapes below leave room for:
 * - A program of somebody else's: `open` starts it, `predict` hands it one job after another, `close` ends it. A program that
 *   died fails the job it had, or, if no further one can be done, makes `predict` throw `runner.crashed`: the cells are tried
 *   again when the run is resumed (`command/`). Its times are of scope `file-to-file`: by the timing pass, in turns with those of
 *   networks, or a series that it measures itself.
 * - A web service: a job is a call, as many at once as it allows. A call is written down before it is made (`CallLedger`), and
 *   one of which nobody knows whether it was answered (or paid for) ends as `unsettled`. Its times (scope `service`) are those of
 *   its calls, so that it needs no `time`.
 * - Several devices: `open` is called once per device, and the sessions draw their jobs from one iterable
 *   (`pipeline/predict-on-cards.ts`); a runner without `readyDevice` needs none, and is opened once.
 */
import type { z } from 'zod';
import type { Failure } from '../core/failure.js';
import type { DatasetEntry } from '../datasets/dataset.js';
import type { FileReader } from '../datasets/file-reader.js';
import type { Doubt, ReadOutput } from '../models/pixels/raw-values.js';
import type { EnsureOptions } from '../models/sources/ensure-file.js';
import type { ModelSpec, NetworkSpec } from '../models/spec/spec.js';
import type { EventSink } from '../schema/events.js';
import type { CheckedReading } from '../datasets/values/read-checked.js';
import type { MaskValues } from '../schema/mask-values.js';
import type { PlannedSample } from '../schema/planned-sample.js';
import type { TimeScope } from '../schema/timing-summary.js';
import type { DeviceRequest } from './device.js';
import type { RunnerOptions } from './onnx/session-options.js';
import type { StageRunner } from './onnx/stage-runner.js';
import type { TimedModel } from './onnx/timing/time-together.js';
import type { PhaseTimes } from './phases.js';
import type { DoneMatte } from './write-matte.js';

/** A spec and the folder that its paths are relative to. */
export interface LoadedSpec<Spec extends ModelSpec = ModelSpec> {
  readonly spec: Spec;
  readonly folder: string;
  /** What the runner's `network` names. */
  readonly network?: LoadedSpec;
}

/** A model whose everything is on this machine; what that is concerns its runner alone. */
export interface ReadyModel<Spec extends ModelSpec = ModelSpec, Assets = unknown> {
  readonly spec: Spec;
  /** Of all that its mattes depend on and that is not in the spec. */
  readonly sha256: string;
  /** As the model itself says, where it does; a part of `sha256`. */
  readonly version?: string;
  /** Of its weights; 0 where there are none. */
  readonly bytes: number;
  readonly assets: Assets;
}

export interface Runner<Spec extends ModelSpec = ModelSpec, Assets = unknown> {
  /** What its models are, for messages: "<name> is an ONNX network". */
  readonly title: string;
  /** The schema of its models' specs (`modelFields` and its own), by the `feeding` that each is named by. */
  readonly specs: Readonly<Record<string, SpecSchema>>;
  /** In a word, for lists of models: `320x320`. */
  describe(spec: Spec): string;
  /** The spec with its own paths (those of `files` apart) moved, for a variation that lies in another folder. */
  moved?(spec: Spec, move: (path: string) => string): Spec;
  /** A network of ours that a model is to run, by its name or the path of its file; loaded with the spec. */
  network?(spec: Spec): string | undefined;
  /**
   * Makes what computes its models available on this machine, and sees whether it has the device; absent where nothing does.
   *
   * @throws MaskbenchError `device.unavailable`, `source.*`.
   */
  readyDevice?(
    device: DeviceRequest,
    options: Pick<EnsureOptions, 'env' | 'offline' | 'onProgress' | 'signal'>,
  ): Promise<void>;
  /**
   * Makes all that a model consists of available on this machine.
   *
   * @throws MaskbenchError for what cannot be found or fetched.
   */
  ensure(
    loaded: LoadedSpec<Spec>,
    options: Omit<EnsureOptions, 'name' | 'baseDir'>,
  ): Promise<ReadyModel<Spec, Assets>>;
  /**
   * The spec with the files of a model that is ready taken from copies: `put` copies one under a name of its own, and says where it
   * is then. Absent where a model has no files, or they are too many to be copied.
   */
  copied?(
    model: ReadyModel<Spec, Assets>,
    put: (path: string, name: string) => Promise<CopiedFile>,
  ): Promise<Spec>;
  /**
   * All that a matte depends on besides the image, as text: where it is the same, a matte is used again. Files of a sample are
   * asked for by the reader that is handed over with it.
   */
  identity(
    model: ReadyModel<Spec, Assets>,
    settings: RunBasis,
  ): (sample: PlannedSample, files: FileReader) => string | Promise<string>;
  /** Holds the samples of a run that is planned against what came along with a model; absent where nothing did. */
  watch?(model: ReadyModel<Spec, Assets>): Promise<SampleWatch>;
  /**
   * Sees whether a model runs on a device, and gives what its spec says, before any picture is fed.
   *
   * @throws MaskbenchError `model.load`, `model.signature`, `device.unavailable`.
   */
  tryOut?(model: ReadyModel<Spec, Assets>, request: TryRequest): Promise<void>;
  /**
   * Gets ready to predict on one device.
   *
   * @throws MaskbenchError `device.unavailable`, or why this model cannot be run.
   */
  open(model: ReadyModel<Spec, Assets>, request: OpenRequest): Promise<PredictSession>;
  /** Masks that somebody else made, where its models are such: what their values mean is decided when a run is planned. */
  masks?(model: ReadyModel<Spec, Assets>): MasksElsewhere;
  /** How its models are timed; absent where they have no times. */
  readonly time?: PassTiming<Spec, Assets> | SeriesTiming<Spec, Assets>;
  /** The terms on which its models are called over a network; absent where nothing leaves this machine. */
  service?(spec: Spec): ServiceTerms;
  /** The spec without what a resumed run may change, because no matte depends on it. */
  lasting?(spec: Spec): object;
  /** What all mattes of a run together give away of a wrong spec. */
  doubts?(spec: Spec, outputs: readonly ReadOutput[]): Promise<readonly Doubt[]>;
  /** The model as a network whose stages can be looked at one by one (drift, `models verify --score`). */
  stages?(model: ReadyModel<Spec, Assets>): StagedNetwork;
}

export interface CopiedFile {
  readonly path: string;
  readonly sha256: string;
}

export interface SampleWatch {
  /**
   * Called with everything that is listed, also what another shard will do.
   *
   * @throws MaskbenchError `data.duplicate`
   */
  see(entry: DatasetEntry): void;
  /**
   * Called after the last one.
   *
   * @param whole whether all samples of all datasets were listed
   * @returns what is worth a word, a line each
   * @throws MaskbenchError `data.unpaired`
   */
  end(whole: boolean): readonly string[];
}

interface MasksElsewhere {
  readonly values: MaskValues | undefined;
  pathOf(sample: Pick<PlannedSample, 'dataset' | 'id'>): string;
}

export type SpecSchema = z.ZodObject<z.ZodRawShape, z.core.$strict>;

/** What of a run's settings a matte may depend on: the devices as they are written, and the options of ONNX Runtime. */
export interface RunBasis {
  readonly device: string;
  /** Pictures in one inference, where that is a number above 1: kernels may round by it. */
  readonly batch?: number;
  readonly runner: unknown;
}

export interface OpenRequest {
  readonly device: DeviceRequest;
  /** ONNX Runtime's; a runner of another kind has its own in its specs. */
  readonly options: RunnerOptions;
  /** How many devices of this machine predict at the same time, this one included. */
  readonly devices: number;
  /** Of the accuracy pass; how work is divided is the runner's own business. */
  readonly parallelism: Readonly<Record<'processes' | 'threads' | 'feeders' | 'batch', number | 'auto'>>;
  /** Whether mattes of another size than the ground truth's are brought to it when they are scored. */
  readonly resize?: boolean;
  /** How many samples are to come. */
  readonly samples: number;
  /** Go on where nothing of the model runs on the device asked for. */
  readonly allowFallback: boolean;
  /** What the values of masks made elsewhere mean, by dataset. */
  readonly readings: ReadonlyMap<string, CheckedReading>;
  /** Where calls are written down; of a runner with `service`. */
  readonly calls?: CallLedger;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** What a user has to know, and may limit, of calls over a network. */
export interface ServiceTerms {
  /** The origin that pictures are sent to; absent where they stay on this machine. */
  readonly uploadsTo?: string;
  readonly price?: { readonly perCall: number; readonly currency: string };
  /** Of a whole run, in the price's currency. */
  readonly maximumCost?: number;
}

/** The calls of one model in a run, written to its folder: they outlive the process that made them. */
export interface CallLedger {
  /** Why a cell is not to be called for again: an earlier call was, or perhaps was, paid for. Undefined where it may be. */
  earlier(sample: PlannedSample): Failure | undefined;
  /** Writes down that a call will be made; on the disk when it resolves. Undefined where its price goes beyond the maximum. */
  begin(sample: PlannedSample): Promise<BegunCall | undefined>;
  readonly maximumCost: number | undefined;
}

export interface BegunCall {
  /** Writes down what it came to; on the disk when it resolves. */
  end(outcome: CallOutcome): Promise<void>;
}

/**
 * What a call came to. `answered`: paid for, with a matte unless there is a failure; `refused`; `unsent`: it never got there, and costs
 * nothing; `lost`: nobody knows.
 */
interface CallOutcome {
  readonly kind: 'answered' | 'refused' | 'unsent' | 'lost';
  readonly status?: number;
  readonly firstByteMs?: number;
  /** Until the answer was there, polling and fetching included. */
  readonly wholeMs?: number;
  /** What the service says of itself. */
  readonly told?: Readonly<Record<string, string>>;
  readonly failure?: Failure;
}

interface TryRequest extends Pick<OpenRequest, 'device' | 'options' | 'signal'> {
  readonly threads: number;
  /** Nothing is done where the model's files leave no doubt that it gives what its spec says. */
  readonly onlyInDoubt: boolean;
}

/**
 * A sample, and where its matte is to be written: an 8-bit grey PNG of the image's size. The file is a draft: when the
 * outcome is told it is whole, and whoever hears of it forces it to the disk and puts it in its place.
 */
export interface MatteJob {
  readonly sample: PlannedSample;
  readonly mattePath: string;
}

export interface PredictSession {
  /**
   * Predicts every job, in any order and as many at once as it likes. `onOutcome` is called once for each; its promise
   * holds up further jobs.
   *
   * @returns how busy it was, where it can tell.
   * @throws MaskbenchError when no further job can be done, or `cancelled`. Jobs without an outcome were not done.
   */
  predict(
    jobs: AsyncIterable<MatteJob>,
    onOutcome: (job: MatteJob, outcome: Outcome) => Promise<void>,
  ): Promise<WorkTimes | undefined>;
  close(): Promise<void>;
}

/** How long the processes of a session computed, and their threads fed: milliseconds, and of how many that there were. */
export interface WorkTimes {
  readonly deviceMs: number;
  readonly ofDeviceMs: number;
  readonly feedingMs: number;
  readonly ofFeedingMs: number;
}

/** What became of a job; what that cost is in the run's ledger of calls. */
export type Outcome =
  | ({ readonly kind: 'done' } & DoneMatte)
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Nobody knows: it was asked for, perhaps done and paid for, and the answer was lost. */
  | { readonly kind: 'unsettled'; readonly failure: Failure };

/** Timed by the timing pass, phase by phase, in a process that takes turns with those of other models of the same scope. */
export interface PassTiming<Spec extends ModelSpec = ModelSpec, Assets = unknown> {
  readonly kind: 'pass';
  /** What can be timed of its models. */
  readonly scopes: readonly Exclude<TimeScope, 'service'>[];
  /** Of the picture that a model is fed: what it needs of a card's memory grows with it. */
  pixels(spec: Spec): number;
  /** How it is loaded and which images it sees; an image's key is its position among the samples. */
  timed(model: ReadyModel<Spec, Assets>, request: TimedRequest): Promise<TimedModel>;
}

export interface TimedRequest extends Pick<OpenRequest, 'device' | 'options'> {
  readonly scope: TimeScope;
  readonly samples: readonly Pictured[];
  readonly threads: number;
}

/** Times that the runner has by itself: it measures them, or they came along with the mattes. */
export interface SeriesTiming<Spec extends ModelSpec = ModelSpec, Assets = unknown> {
  readonly kind: 'series';
  readonly scope: TimeScope;
  readonly measuredElsewhere: boolean;
  /** Of these samples, as far as there are times; undefined for a model without any. */
  series(
    model: ReadyModel<Spec, Assets>,
    samples: readonly PlannedSample[],
    signal: AbortSignal,
  ): AsyncIterable<TimedSample> | undefined;
}

export interface TimedSample {
  readonly sample: PlannedSample;
  /** Which one of this sample, from 0. */
  readonly iteration: number;
  readonly phases: PhaseTimes;
}

export interface StagedNetwork {
  readonly spec: NetworkSpec;
  /** Starts a process that computes stages, one sample at a time. */
  open(request: StagesRequest): Promise<StageSession>;
}

export interface StagesRequest extends Pick<OpenRequest, 'device' | 'options'> {
  /** In place of the model's own: the same networks, fed or read in another way. */
  readonly spec?: NetworkSpec;
  readonly threads: number;
  /** Where the stages of the current sample are written; the process's own. */
  readonly folder: string;
}

export type Pictured = Pick<PlannedSample, 'dataset' | 'id' | 'imagePath'>;

export interface StageSession {
  /** @throws MaskbenchError why this sample has no stages, or why the process cannot go on. */
  stagesOf(sample: Pictured): ReturnType<StageRunner['stagesOf']>;
  /** The raw output alone, also where it is not a matte; `fedAs`: of the same networks fed as another spec says. */
  outputOf(sample: Pictured, fedAs?: NetworkSpec): ReturnType<StageRunner['outputOf']>;
  stop(): Promise<void>;
}
