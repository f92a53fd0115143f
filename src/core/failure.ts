import { isForNow, MaskbenchError, type ErrorCode } from './errors.js';

/** A failure as data: what crosses the border between processes, and what a failed cell records. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
}

/** Any thrown value as a failure; what is not ours becomes `internal`, unless the system refused for now (see below). */
export function toFailure(error: unknown): Failure {
  const refusal = systemRefusal(error);
  if (error instanceof MaskbenchError) {
    const message = error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
    const code = refusal ?? error.code;
    return error.where === undefined ? { code, message } : { code, message, where: error.where };
  }
  return { code: refusal ?? 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function toError({ code, message, where }: Failure): MaskbenchError {
  return new MaskbenchError(code, message, where === undefined ? {} : { where });
}

/**
 * A failure that a cell can end by.
 *
 * @throws MaskbenchError for one of this moment (`isForNow`), which ends the run: it is no cell's own.
 */
export function cellFailure(failure: Failure): Failure {
  if (isForNow(failure.code)) throw toError(failure);
  return failure;
}

const REFUSALS: Readonly<Record<string, 'disk.full' | 'files.too-many'>> = {
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
  EMFILE: 'files.too-many',
  ENFILE: 'files.too-many',
};

/** What the system refuses for now, by its error number, also behind a cause. */
export function systemRefusal(error: unknown): 'disk.full' | 'files.too-many' | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof MaskbenchError && (error.code === 'disk.full' || error.code === 'files.too-many'))
    return error.code;
  const given = 'code' in error ? String(error.code) : '';
  // A thread that could not start has the number in its message.
  const code = given === 'ERR_WORKER_INIT_FAILED' ? (error.message.split(' ').at(-1) ?? '') : given;
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : systemRefusal(error.cause);
}

export function isDiskFull(error: unknown): boolean {
  return systemRefusal(error) === 'disk.full';
}

const SAYS = {
  'disk.full': { what: 'no space left on the disk', remedy: 'make room there' },
  'files.too-many': { what: 'too few file handles', remedy: 'let the process open more files (ulimit -n)' },
} as const;

/** An error of the system that passes as what the user can do about it; any other unchanged. */
export function explainRefusal(error: unknown, where: string | undefined, then: string): unknown {
  const code = systemRefusal(error);
  if (code === undefined) return error;
  const { what, remedy } = SAYS[code];
  const place = where ?? (error instanceof MaskbenchError ? error.where : undefined);
  return new MaskbenchError(code, what, {
    ...(place === undefined ? {} : { where: place }),
    remedy: `${remedy}, then ${then}`,
    cause: error,
  });
}
