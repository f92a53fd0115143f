/** One image with its ground truth. `id` is unique in its dataset, and safe as a relative path (forward slashes). */
export interface Sample {
  readonly dataset: string;
  readonly id: string;
  readonly imagePath: string;
  readonly truthPath: string;
  /** Facts from the layout, e.g. DIS5K's `group` and `category`, Humans' `split`, and from `attributes` of the spec. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The independent unit that it belongs to, where the dataset's spec names an attribute for that. */
  readonly unit?: string;
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

/** Told of what makes no sample unusable and may still not be meant: files that are left out, samples without attributes. */
export type OnRemark = (remark: DatasetProblem) => void;

export type DatasetEntry =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'problem'; readonly problem: DatasetProblem };
