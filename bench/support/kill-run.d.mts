/** A kill -9 at a moment after the start of a run, of it or of one of its inference processes. */
export interface Kill {
  readonly afterMs: number;
  readonly victim: 'parent' | 'child';
}

export interface KilledRun {
  /** What really happened, e.g. `parent after 812 ms (while 1 child computed)`. */
  readonly story: readonly string[];
  /** Milliseconds that inference processes outlived a killed parent, at most; 0 if no parent was killed. */
  readonly orphanMs: number;
  readonly status: number | null;
  readonly stderr: string;
}

export interface RunCommand {
  readonly cwd: string;
  /** The arguments of `maskbench`, without `--resume`. */
  readonly argv: readonly string[];
}

/** Runs to the end without being disturbed; returns the milliseconds that it took. */
export declare function runUndisturbed(command: RunCommand): Promise<number>;

/** Starts a run, kills as told, resumes after every death of the parent, and runs to the end. */
export declare function runThroughKills(command: RunCommand, kills: readonly Kill[]): Promise<KilledRun>;

/** What must be the same, whatever happened on the way: a text for each part of a run folder. */
export declare function outcomeOf(folder: string): Promise<Readonly<Record<string, string>>>;

/** In what two outcomes differ; empty if they are equal. */
export declare function differences(
  expected: Readonly<Record<string, string>>,
  got: Readonly<Record<string, string>>,
): readonly string[];

/** Numbers in 0..1 that follow from the seed alone. */
export declare function generator(seed: number): () => number;
