import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ExitStatus } from '../core/errors.js';

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
  /** Of the terminal that stdout is; undefined where it is none. */
  readonly columns?: number | undefined;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Where a command leaves the exit status of work that is done but not all well. */
export type SetStatus = (status: ExitStatus) => void;

/**
 * A command: flags, help and action in one file, which loads what the action needs when it runs, since every file is read
 * for the list of commands.
 */
export type DefineCommand = (context: CliContext, setStatus: SetStatus) => CommandUnknownOpts;

/** What the flags of a command come to; its one definition is the command itself. */
export type FlagsOf<C extends (...args: never) => { opts(): unknown }> = ReturnType<ReturnType<C>['opts']>;
