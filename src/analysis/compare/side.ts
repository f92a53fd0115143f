import type { ComparedSide } from '../../schema/comparison.js';
import type { Evidence } from '../../schema/evidence.js';
import type { ModelSpec } from '../../models/spec/spec.js';
import type { Environment, RunDataset } from '../../store/manifest.js';
import type { RunnerOptions } from '../../runners/onnx/session-options.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { RunScores } from '../../store/load-run-scores.js';
import type { StoredTimes } from '../../store/stored-times.js';

/** One side of a comparison: a run folder, a named baseline, or generated data, behind one face. */
export interface Side {
  readonly facts: SideFacts;
  /** The run folder with its mattes; a baseline keeps none. */
  readonly folder?: RunFolder;
  /** Per-image scores of the named models. */
  loadScores(models: readonly string[]): Promise<RunScores>;
  /** Stored times by model, as far as it was timed. */
  loadTimes(models: readonly string[]): Promise<ReadonlyMap<string, StoredTimes>>;
}

/** What decides whether two sides may be compared, and what a report says of them. */
export interface SideFacts {
  readonly label: string;
  readonly kind: ComparedSide['kind'];
  readonly name: string;
  readonly createdAt: string;
  readonly maskbenchVersion: string;
  readonly device: string;
  readonly environment: SideEnvironment;
  readonly runner: RunnerOptions;
  /** One per protocol. */
  readonly signatures: readonly string[];
  /** Ids of the metrics that were scored. */
  readonly metrics: readonly string[];
  readonly models: readonly SideModel[];
  readonly datasets: readonly SideDataset[];
  /** Of a run, or of the one that a baseline was made of; absent where nobody looked, or nothing was run. */
  readonly evidence?: Evidence;
  /** What names its content: the root of a run's seal, the SHA-256 of baseline.json. */
  readonly digest?: string;
}

/** The machine without its name: a baseline is shared. */
type SideEnvironment = Omit<Environment, 'host'>;

type SideDataset = Pick<RunDataset, 'name' | 'fingerprint' | 'samples' | 'problems' | 'tags'>;

export interface SideModel {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly spec: ModelSpec;
}

/** The part of the facts that reports show. */
export function describeSide({
  label,
  kind,
  name,
  createdAt,
  maskbenchVersion,
  device,
  environment,
  evidence,
  digest,
}: SideFacts): ComparedSide {
  return {
    label,
    kind,
    name,
    createdAt,
    maskbenchVersion,
    device,
    cpu: environment.cpu,
    ...(evidence === undefined ? {} : { evidence }),
    ...(digest === undefined ? {} : { digest }),
  };
}
