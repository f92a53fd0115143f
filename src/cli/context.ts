/** All of the process that a command may touch, so that commands can be tested without one. */
export interface CliContext {
  /** Results. */
  out(text: string): void;
  /** Progress and warnings. */
  err(text: string): void;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether stderr is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Where a command leaves the exit status of work that is done but not all well. */
export type SetStatus = (status: number) => void;
