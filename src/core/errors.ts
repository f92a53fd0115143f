/** Every coded failure of Maskbench, with the exit status that the command line gives it. */
export const EXIT_STATUS = {
  usage: 64,
  'config.invalid': 64,
  'config.unknown-name': 64,
  'run.exists': 64,
  'run.locked': 64,
  'run.mismatch': 64,
  'run.damaged': 65,
  'data.missing': 65,
  'data.unreadable': 65,
  'data.empty': 65,
  'data.size-mismatch': 65,
  'data.unpaired': 65,
  'data.duplicate': 65,
  'data.unsafe-path': 65,
  'data.values': 65,
  'source.unreachable': 69,
  'source.transient': 75,
  'source.checksum': 69,
  'source.forbidden': 69,
  'device.unavailable': 69,
  'disk.full': 69,
  'model.load': 69,
  'model.signature': 64,
  'model.output': 65,
  'runner.crashed': 69,
  'runner.out-of-memory': 69,
  cancelled: 69,
  internal: 70,
} as const;

export type ErrorCode = keyof typeof EXIT_STATUS;

interface ErrorDetails {
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
export function exitStatusOf(error: unknown): number {
  return error instanceof MaskbenchError ? EXIT_STATUS[error.code] : EXIT_STATUS.internal;
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
