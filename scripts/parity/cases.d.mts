/** One session of rembg, the networks that it is given, and the spec of ours that stands for it. */
export interface ParityCase {
  readonly name: string;
  /** Name of rembg's session class. */
  readonly session: string;
  /** The spec that is extended. */
  readonly spec: string;
  /** Builder of each network, by role; none where `file` names one that is there. */
  readonly networks: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What rembg's `predict` is told besides the picture. */
  readonly options: Readonly<Record<string, unknown>>;
}

export declare function casesFor(peer: {
  readonly warp: string;
  readonly resample: string;
}): readonly ParityCase[];

export declare function writeCase(
  parityCase: ParityCase,
  folder: string,
): Promise<{ readonly path: string; readonly paths: Readonly<Record<string, string>> }>;
