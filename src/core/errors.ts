/**
 * Every exit status of the command line: what it means, and whether the same command is worth another try. There is no other
 * list: the help and docs/exit-status.md are made of this one.
 */
export const EXIT_STATUSES = {
  0: { means: 'done; check: pass', again: 'no' },
  1: { means: 'check: fail; gpu prove: something fails', again: 'no' },
  2: {
    means: 'check: inconclusive',
    again: 'no: more images, other margins, or times (--remeasure) are needed',
  },
  3: { means: 'done, but some cells failed, or models could not be timed', again: 'no: see why they failed' },
  4: { means: 'check: forced pass, judged only on what both sides share (--force)', again: 'no' },
  64: { means: 'usage, config, or a run with other settings', again: 'never' },
  65: { means: 'data missing, damaged or invalid', again: 'never' },
  69: { means: 'a device, provider or source is unavailable', again: 'never' },
  70: { means: 'a bug', again: 'no: report it' },
  75: {
    means: 'not now: run locked, card busy, network, disk full, too few file handles',
    again: 'yes, later; a run with --resume',
  },
  129: { means: 'hung up (SIGHUP)', again: 'yes, with --resume' },
  130: { means: 'interrupted (SIGINT)', again: 'yes, with --resume' },
  143: { means: 'terminated (SIGTERM)', again: 'yes, with --resume' },
} as const satisfies Readonly<Record<number, { readonly means: string; readonly again: string }>>;

export type ExitStatus = keyof typeof EXIT_STATUSES;

/** Exit status of work that is done, but of which a part failed. */
export const SOME_FAILED: ExitStatus = 3;

/** Of what may be otherwise the next time, with nothing changed here. */
const FOR_NOW: ExitStatus = 75;

/** The signals that end a command in good order, with its status. */
export const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Readonly<
  Record<string, ExitStatus>
>;

/** Every coded failure of Maskbench, with the exit status that the command line gives it. */
export const EXIT_STATUS = {
  usage: 64,
  'config.invalid': 64,
  'config.unknown-name': 64,
  'run.exists': 64,
  'run.locked': 75,
  'run.lost': 75,
  'run.mismatch': 64,
  'run.damaged': 65,
  'run.unfinished': 65,
  'run.partial': 65,
  'run.unsealed': 65,
  'data.missing': 65,
  'data.unreadable': 65,
  'data.empty': 65,
  'data.too-large': 65,
  'data.size-mismatch': 65,
  'data.unpaired': 65,
  'data.duplicate': 65,
  'data.unsafe-path': 65,
  'data.values': 65,
  'matte.damaged': 65,
  'source.unreachable': 69,
  'source.transient': 75,
  'source.checksum': 65,
  'source.forbidden': 69,
  'device.unavailable': 69,
  'device.busy': 75,
  'disk.full': 75,
  'files.too-many': 75,
  'model.load': 65,
  'model.signature': 64,
  'model.output': 65,
  'runner.crashed': 69,
  'runner.out-of-memory': 69,
  'service.failed': 69,
  'service.refused': 69,
  'service.paid-unknown': 69,
  'service.budget': 64,
  'plugin.failed': 65,
  // Of the signal that there was, where it is another one.
  cancelled: SIGNAL_STATUS.SIGINT,
  internal: 70,
} as const satisfies Readonly<Record<string, ExitStatus>>;

export type ErrorCode = keyof typeof EXIT_STATUS;

/** Whether a failure is one of this moment, and of nothing that was asked for: no cell is recorded as failed by it. */
export function isForNow(code: ErrorCode): boolean {
  return EXIT_STATUS[code] === FOR_NOW;
}

const ENDED_BY_SIGNAL: readonly ExitStatus[] = Object.values(SIGNAL_STATUS);

/** Exit statuses, in order, of failures that the same command has again: no engine need try it. */
export const LASTING: readonly ExitStatus[] = [...new Set<ExitStatus>(Object.values(EXIT_STATUS))]
  .filter((status) => status !== FOR_NOW && !ENDED_BY_SIGNAL.includes(status))
  .sort((a, b) => a - b);

export interface ErrorDetails {
  /** The file, config position, cell or address that the failure is about. */
  readonly where?: string;
  /** What would be right, or what to do about it. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * The one error class that crosses a module's border. `message` says what is wrong with which value;
 * `where` and `remedy` complete the one line a user reads: what, where, what would be right.
 */
export class MaskbenchError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'MaskbenchError';
    this.code = code;
    this.where = details.where;
    this.remedy = details.remedy;
  }
}

/** One line: `what, in where; remedy`. Control characters are escaped so that a hostile name stays on its line. */
export function describeError(error: unknown): string {
  const line =
    error instanceof MaskbenchError
      ? `${error.where === undefined ? '' : `${error.where}: `}${error.message}${error.remedy === undefined ? '' : `; ${error.remedy}`}`
      : error instanceof Error
        ? error.message
        : String(error);
  return escapeControls(line);
}

/** The exit status for an error: its code's, or 70 for anything that is not ours (a bug). */
export function exitStatusOf(error: unknown): ExitStatus {
  return EXIT_STATUS[error instanceof MaskbenchError ? error.code : 'internal'];
}

/** What a terminal obeys or a reader cannot see: controls, separators of lines, marks of direction, the byte order mark. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Replaces control characters and marks of direction by visible escapes: a name stays on its line. */
export function escapeControls(text: string): string {
  return text.replace(UNSEEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same of a text of lines: their ends and tabs stay. */
export function escapeLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((part, i) => (i % 2 === 1 ? part : escapeControls(part)))
    .join('');
}
