import type { Failure } from '../../core/failure.js';
import type { OnProgress } from '../../models/sources/progress.js';
import type { PreparedRun } from '../../pipeline/prepare.js';
import type { DeviceRequest } from '../../runners/device.js';
import type { FoundCard } from '../../runners/onnx/devices/card.js';
import type { QuietLook } from '../../runners/onnx/devices/card-watch.js';
import type { ProviderProof } from '../../runners/onnx/proof/prove-provider.js';
import type { RemeasuredRound } from '../../schema/comparison.js';
import type { EventSink } from '../../schema/events.js';
import type { Evidence } from '../../schema/evidence.js';
import type { Summary } from '../../schema/summary.js';
import type { DonePrediction } from '../../store/records.js';
import type { TimeConfig } from '../../store/settings-schema.js';
import type { DriftSummary } from '../drift/summarise-drift.js';
import type { Measure } from '../gate/remeasure/measure.js';

/** How much is measured. */
export interface Effort {
  readonly time: TimeConfig;
  /** Of the model that is held against itself. */
  readonly measure: Measure;
  /** How long that may take; a model that takes longer is not held against itself. */
  readonly sameTwiceMs: number;
  /** And when it is to be over, counted from the beginning: what came before may have taken longer than thought. */
  readonly wholeMs: number;
}

export interface ProveRequest {
  readonly device: DeviceRequest;
  /** Names or paths of specs, relative to `cwd`; the last one is the smallest. */
  readonly models: readonly string[];
  /** A dataset by name or path, and how many of its images are shown. */
  readonly dataset: string;
  readonly images: number;
  readonly effort: Effort;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly offline: boolean;
  /** For runs, which nobody needs afterwards. */
  readonly scratch: string;
  /** Maskbench as a process of its own. */
  readonly start: StartMaskbench;
  onProgress: OnProgress;
  readonly emit: EventSink;
  /** Called before something else is gathered. */
  onDoing(what: string): void;
  readonly signal: AbortSignal;
}

/** Starts `maskbench ...` in the folder of the request; what it prints is kept for `said`. */
export type StartMaskbench = (argv: readonly string[]) => {
  kill(): void;
  /** The end of what it said on stderr. */
  said(): string;
  readonly exit: Promise<number | null>;
};

/** A request with what it names found on this machine. */
export interface Prepared extends ProveRequest {
  readonly run: PreparedRun;
  /** When the proof began, by `performance.now()`: models are there, nothing is gathered. */
  readonly began: number;
}

/** What was found of one model, or why it could not be. */
export type OfModel<T> = { readonly model: string } & (
  { readonly kind: 'found'; readonly value: T } | { readonly kind: 'failed'; readonly failure: Failure }
);

/** A card while nothing of ours is on it; the look is null where nobody tells of the card. */
export interface CardAtRest {
  readonly found: FoundCard;
  readonly quiet: QuietLook | null;
}

/** A run that predicted and timed: its folder, and what it came to. */
export interface TimedRun {
  readonly folder: string;
  readonly summary: Summary;
  /** By `mattesOf`. */
  readonly mattes: Mattes;
  readonly untimed: readonly { readonly model: string; readonly failure: Failure }[];
}

/** Predictions that a run has, by model and image. */
export type Mattes = ReadonlyMap<string, DonePrediction>;

/** How far mattes that should be the same lie apart: none of the differing ones is further than the bounds of drift. */
export interface SameMattes {
  readonly compared: number;
  readonly identical: number;
  /** Of those that differ, in 8-bit levels. */
  readonly maxLevel: number;
  readonly meanLevel: number;
}

/** A run that was killed after some of its predictions, and resumed. */
interface KilledRun {
  readonly planned: number;
  readonly doneBefore: number;
  /** Of those, predictions that the resumed run took over as they were. */
  readonly kept: number;
  readonly doneAfter: number;
  readonly status: number | null;
  readonly said: string;
  readonly evidence: Evidence;
  /** Beside those of the run that nobody killed. */
  readonly mattes: SameMattes;
}

/** A run of a model that no memory is large enough for, and of another one after it. */
interface FullMemory {
  /** Why the first one failed, its cells all alike; none where it did not fail. */
  readonly failure: Failure | undefined;
  readonly after: { readonly model: string; readonly mattes: SameMattes };
}

/** A model held against itself. */
type SameTwice =
  | { readonly kind: 'measured'; readonly model: string; readonly round: RemeasuredRound }
  /** How long the quickest model would take, and how long there was. */
  | { readonly kind: 'too-slow'; readonly model: string; readonly seconds: number; readonly left: number };

/** What another card of the machine does with the same models. */
export type SecondCard =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'computed';
      readonly device: string;
      readonly card: FoundCard;
      /** The run on it. */
      readonly summary: Summary;
      readonly mattes: SameMattes;
    };

/** One run on all cards of the machine. */
export type AllCards =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'computed';
      readonly device: string;
      /** What was said of cards that it went on without. */
      readonly lost: readonly string[];
      readonly summary: Summary;
      readonly mattes: SameMattes;
    };

/** What is gathered, before anybody judges it. */
export interface Artifacts {
  readonly trial: null;
  readonly rest: CardAtRest;
  readonly placements: readonly OfModel<ProviderProof>[];
  readonly timed: TimedRun;
  readonly drift: readonly OfModel<DriftSummary & { readonly precision: string }>[];
  readonly killed: KilledRun;
  readonly fullMemory: FullMemory;
  readonly sameTwice: SameTwice;
  readonly secondCard: SecondCard;
  readonly allCards: AllCards;
  readonly after: CardAtRest;
}

/** What came of gathering one of them. */
export type Gathered<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Something that it needs was not found. */
  | { readonly kind: 'left-out'; readonly why: string };

export type AllGathered = { readonly [K in keyof Artifacts]: Gathered<Artifacts[K]> };

/** Gathers one of them; a throw is what is found of it. */
export interface Gatherer<K extends keyof Artifacts = keyof Artifacts> {
  readonly name: K;
  /** What it does, for who waits. */
  readonly doing: string;
  readonly needs: readonly (keyof Artifacts)[];
  gather(request: Prepared, have: Partial<Artifacts>): Promise<Artifacts[K]>;
}

/** @param gather is given what it needs, or is not called */
export function gatherer<K extends keyof Artifacts, N extends keyof Artifacts>(
  name: K,
  doing: string,
  needs: readonly N[],
  gather: (request: Prepared, have: Pick<Artifacts, N>) => Promise<Artifacts[K]>,
): Gatherer<K> {
  return { name, doing, needs, gather: (request, have) => gather(request, have as Pick<Artifacts, N>) };
}
