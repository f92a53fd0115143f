// For commands of plug-ins.
export { Command } from '@commander-js/extra-typings';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { escapeLines, type ExitStatus } from '../core/errors.js';
import { TEXT_WIDTH } from '../core/text.js';
import { paint } from './paint.js';

/** All of the process that the command line may touch, so that commands can be tested without one. */
export interface CliProcess {
  out(text: string): void;
  err(text: string): void;
  /** Whether stdout is a terminal, which obeys what names may hold. */
  readonly outIsTerminal: boolean;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Whether stderr is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** Of the terminal that stdout is; undefined where it is none. */
  readonly columns?: number | undefined;
  /** Asks whoever sits at the terminal; undefined where nobody does. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * The process as commands have it. What a terminal would obey is made visible in every text, wherever a name in it came
 * from.
 */
export interface CliContext extends Omit<CliProcess, 'outIsTerminal'> {
  /** Results, for people. */
  out(text: string): void;
  /** Results in a format of files: to the byte, unless they go to a terminal. */
  data(text: string): void;
  /** Progress and warnings. */
  err(text: string): void;
  /** `--max-megapixels`, of any command. */
  maxMegapixels?: number;
  /** What becomes of plug-ins that files name: `none` by `--no-plugins`. */
  plugins?: 'none';
  /** `--config`, of any command: the file that names plug-ins. */
  config?: string;
}

export function contextOf({ out, err, outIsTerminal, ...rest }: CliProcess): CliContext {
  const { env } = rest;
  // An empty NO_COLOR says nothing (no-color.org).
  const hasColours = outIsTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const show = (text: string): void => out(hasColours ? paint(escapeLines(text)) : escapeLines(text));
  return { ...rest, out: show, data: outIsTerminal ? show : out, err: (text) => err(escapeLines(text)) };
}

/** As wide as the terminal, as far as it can be read; 80 where there is none. */
export function textWidth({ columns }: Pick<CliContext, 'columns'>): number {
  return columns === undefined ? TEXT_WIDTH : Math.min(120, Math.max(60, columns));
}

/** How wide a list may be: as the terminal; in a file or a pipe a row is a line however long it is. */
export function listWidth(context: Pick<CliContext, 'columns'>): number | undefined {
  return context.columns === undefined ? undefined : textWidth(context);
}

/** Where a command leaves the exit status of work that is done but not all well. */
export type SetStatus = (status: ExitStatus) => void;

/** A command: flags and action in one file, which loads what the action needs when it runs, since its help needs none of it. */
export type DefineCommand = (context: CliContext, setStatus: SetStatus) => CommandUnknownOpts;

/** What the flags of a command come to; its one definition is the command itself. */
export type FlagsOf<C extends (...args: never) => { opts(): unknown }> = ReturnType<ReturnType<C>['opts']>;
