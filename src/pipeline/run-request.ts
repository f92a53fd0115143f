import type { Dataset } from '../datasets/load.js';
import type { ValuesFields } from '../datasets/values/contradiction.js';
import type { ReadyModel } from '../runners/runner.js';
import type { EventSink } from '../schema/events.js';
import type { RunConfig } from '../store/config.js';
import type { RunOrigin } from '../store/manifest.js';
import type { LockOptions } from '../store/lock-options.js';

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
