/** What an engine is to be told of a plan. */
export interface Submission {
  /** Of the run. */
  readonly name: string;
  /** As absolute paths. */
  readonly plan: string;
  readonly out: string;
  /** Shards that nobody has published or is at work on, from 1. */
  readonly shards: readonly number[];
  /** How Maskbench is called there. */
  readonly command: string;
  /** Whether the plan's device is a card. */
  readonly needsCard: boolean;
  readonly merge: boolean;
  /** At most so many at once; undefined: as many as the engine likes. */
  readonly atOnce: number | undefined;
  /** The most tasks of one array. */
  readonly largestArray: number;
  /** Further options, as the engine takes them. */
  readonly options: readonly string[];
  /** Types of cards, or of nodes without, on each of which times are taken by a job alone on its node. */
  readonly timeOn: readonly string[];
}

/** Writes the script that hands the shards of a plan to one engine. */
export type EngineScript = (submission: Submission) => string;

/** A word of a shell. */
export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
