import type { BigIntStats } from 'node:fs';
import type { PlannedSample } from '../schema/planned-sample.js';

/** One image with its ground truth. `id` is unique in its dataset, and safe as a relative path (forward slashes). */
export type Sample = Pick<
  PlannedSample,
  'dataset' | 'id' | 'imagePath' | 'truthPath' | 'attributes' | 'unit'
>;

/** Something in a dataset's folders that is not a usable pair; reported by name, never skipped silently. */
export interface DatasetProblem {
  readonly dataset: string;
  readonly id: string;
  readonly code:
    | 'data.missing'
    | 'data.unpaired'
    | 'data.duplicate'
    | 'data.empty'
    | 'data.unreadable'
    | 'data.size-mismatch'
    | 'data.unsafe-path'
    | 'data.values';
  /** The offending file. */
  readonly path: string;
  /** What is wrong and what would be right, in one line. */
  readonly message: string;
}

/** Told of what makes no sample unusable and may still not be meant: files that are left out, samples without attributes. */
export type OnRemark = (remark: DatasetProblem) => void;

export type DatasetEntry =
  | {
      readonly kind: 'sample';
      readonly sample: Sample;
      /** What the system said of its files, by path, where they were looked at when they were listed. */
      readonly stats?: ReadonlyMap<string, BigIntStats>;
    }
  | { readonly kind: 'problem'; readonly problem: DatasetProblem };
