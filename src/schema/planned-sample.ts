/** A sample as it was planned: its files, their bytes, and the cell of each model. */
export interface PlannedSample {
  readonly kind: 'sample';
  readonly dataset: string;
  readonly id: string;
  readonly imagePath: string;
  readonly truthPath: string;
  readonly imageSha256: string;
  readonly truthSha256: string;
  readonly width: number;
  readonly height: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Cell key by model name. */
  readonly cells: Readonly<Record<string, string>>;
}
