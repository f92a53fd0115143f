import type { ComparedSide } from '../../schema/comparison.js';
import type { BaselineRecord } from './baseline/baseline-schema.js';
import type { RunFolder } from '../../store/run-folder.js';
import type { RunScores } from '../../store/load-run-scores.js';
import type { StoredTimes } from '../../store/stored-times.js';

/** One side of a comparison: a run folder, a named baseline, or generated data, behind one face. */
export interface Side {
  readonly facts: SideFacts;
  /** The run folder with its mattes; a baseline keeps none. */
  readonly folder?: RunFolder;
  /**
   * Per-image scores of the named models.
   *
   * @param metrics that will be asked for; there may be more
   */
  loadScores(models: readonly string[], metrics?: readonly string[]): Promise<RunScores>;
  /** Stored times by model, as far as it was timed. */
  loadTimes(models: readonly string[]): Promise<ReadonlyMap<string, StoredTimes>>;
}

/** What decides whether two sides may be compared, and what a report says of them. */
export interface SideFacts extends Omit<
  Readonly<BaselineRecord>,
  'schemaVersion' | 'times' | 'scoresSha256'
> {
  readonly label: string;
  readonly kind: ComparedSide['kind'];
  /** What names its content: the root of a run's seal, the SHA-256 of baseline.json. */
  readonly digest?: string;
}

export type SideModel = SideFacts['models'][number];

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
