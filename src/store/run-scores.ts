/** Per-image scores of one or more models, compact: 8 bytes a score, ids and contents once for all models. */
export interface RunScores {
  readonly datasets: readonly ScoredDataset[];
  /** Ids of the metrics, in the order of every `ModelScores.columns`. */
  readonly metrics: readonly string[];
}

export interface ScoredDataset {
  readonly name: string;
  /** Ascending by code units, each once. */
  readonly ids: readonly string[];
  /** Of each image, digits of a hash over the bytes of the image and of its ground truth. */
  readonly contents: readonly string[];
  readonly attributes: readonly Attributes[];
  /** Files of the dataset that were no usable pair: failed cells of every model. */
  readonly problems: readonly FailedCell[];
  readonly models: ReadonlyMap<string, ModelScores>;
}

export type Attributes = Readonly<Record<string, string | number>>;

export interface ModelScores {
  /** One a metric, aligned with the ids; NaN where the metric is undefined or the cell has no scores. */
  readonly columns: readonly Float64Array[];
  /** 1 where the cell was scored. */
  readonly scored: Uint8Array;
  /** Every cell that was not, by id. */
  readonly failed: readonly FailedCell[];
}

export interface FailedCell {
  readonly id: string;
  readonly reason: string;
}

const CONTENT_DIGITS = 12;

/** Digits that change when the image or its ground truth does. */
export function contentOf(sample: { readonly imageSha256: string; readonly truthSha256: string }): string {
  const half = CONTENT_DIGITS / 2;
  return sample.imageSha256.slice(0, half) + sample.truthSha256.slice(0, half);
}
