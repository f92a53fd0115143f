/** One image with its ground truth. `id` is unique in its dataset, and safe as a relative path (forward slashes). */
export interface Sample {
  readonly dataset: string;
  readonly id: string;
  readonly imagePath: string;
  readonly truthPath: string;
  /** Facts from the layout, e.g. DIS5K's `group` and `category`, Humans' `split`. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** Something in a dataset's folders that is not a usable pair; reported by name, never skipped in silence. */
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

/** Files of a folder that are on no side of the pairs: told, since they may have been meant. */
export interface LeftOut {
  readonly dataset: string;
  readonly folder: string;
  readonly names: readonly string[];
}

export type OnLeftOut = (files: LeftOut) => void;

export type DatasetEntry =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'problem'; readonly problem: DatasetProblem };
