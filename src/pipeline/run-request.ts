import type { Held } from '../core/durable-lines.js';
import type { Dataset } from '../datasets/load.js';
import type { ValuesFields } from '../datasets/values/contradiction.js';
import type { ReadyModel } from '../runners/runner.js';
import type { EventSink } from '../schema/events.js';
import type { RunConfig } from '../store/config.js';
import type { RunDataset, RunOrigin } from '../store/manifest.js';
import type { LockOptions } from '../store/lock-options.js';
import type { PlanRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';

/** Phases of a run that are wanted. */
export interface RunPhases {
  readonly predict: boolean;
  readonly score: boolean;
  readonly time: boolean;
}

/** A dataset that flags describe: its name, and the flag that says which images belong together. */
export interface DescribedDataset {
  readonly name: string;
  readonly unitFlag: string;
}

/** A plan beside the run folder's own, to be put in place once the run's settings are accepted. */
export interface Plan {
  readonly datasets: readonly RunDataset[];
  /** For a walk, with turns; else none. */
  readonly records: readonly PlanRecord[];
  /** Whether the run folder's own is the same, to the byte. */
  isThere(): Promise<boolean>;
  /** Whether a run with this root is known as complete. */
  isKnownComplete(root: string): Promise<boolean>;
  accept(): Promise<void>;
  /** Leaves the run folder's own plan as it is, whose run has this root and is complete; keeps what is known of its files. */
  leave(root: string): Promise<void>;
  discard(): Promise<void>;
}

/** A list that was planned before, for a run in a folder of its own. */
export interface GivenPlan {
  /** The root of the plan that it is a part of. */
  readonly root: string;
  open(folder: RunFolder, held: Held): Promise<Plan>;
}

export interface RunRequest {
  readonly config: RunConfig;
  readonly models: readonly ReadyModel[];
  readonly datasets: readonly Dataset[];
  readonly shard: readonly [number, number] | null;
  readonly out: string;
  readonly resume: boolean;
  /** How another process that writes the run is waited for. */
  readonly lock?: LockOptions;
  readonly phases: RunPhases;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
  /** What the run is begun with, for its manifest; with it "maskbench resume" can go on. */
  readonly origin?: RunOrigin;
  /** What messages call the run folder; default: its path. */
  readonly label?: string;
  /** What the user sets where masks' values cannot be read, if not a field of the specs. */
  readonly fields?: ValuesFields;
  /** What is to be done was planned before, elsewhere; the datasets are not looked at. */
  readonly given?: GivenPlan | undefined;
  /** Pictures may be sent to the services among the models; one that was begun so goes on so. */
  readonly allowUpload?: boolean;
  /** Send pictures again whose earlier call was, or perhaps was, paid for, and gave no matte. */
  readonly retryUnknown?: boolean;
  /** Predict cells again whose mattes were not kept and are needed; pictures are sent to services once more. */
  readonly repredict?: boolean;
  /** The dataset that no file describes. */
  readonly described?: DescribedDataset | undefined;
}

type Needed = 'config' | 'models' | 'datasets' | 'out';

/** What `run` is asked for: what `prepareRun` gives and a folder. By default all phases of all samples are run in silence, in a new folder. */
export interface RunOptions extends Pick<RunRequest, Needed>, Partial<Omit<RunRequest, Needed | 'phases'>> {
  readonly phases?: Partial<RunPhases>;
}

/** A request with the defaults of what it leaves out. */
export function completeRequest({ phases, ...options }: RunOptions): RunRequest {
  return {
    shard: null,
    resume: false,
    emit: () => undefined,
    signal: new AbortController().signal,
    ...options,
    phases: { predict: true, score: true, time: true, ...phases },
  };
}
