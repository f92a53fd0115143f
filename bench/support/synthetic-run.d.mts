export interface SyntheticSize {
  /** Default 6. */
  readonly models?: number;
  /** Over two datasets; default 2000. */
  readonly samples?: number;
}

/** Writes the folder of a finished run with real scores of small masks, and gives its path. */
export function writeSyntheticRun(path: string, size?: SyntheticSize): Promise<string>;
