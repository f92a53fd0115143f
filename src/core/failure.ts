import { MaskbenchError, type ErrorCode } from './errors.js';

/** A failure as data: what crosses the border between processes, and what a failed cell records. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
}

/** Any thrown value as a failure; what is not ours becomes `internal`. A full disk is recognised by its error number. */
export function toFailure(error: unknown): Failure {
  if (error instanceof MaskbenchError) {
    const message = error.remedy === undefined ? error.message : `${error.message}; ${error.remedy}`;
    return error.where === undefined
      ? { code: error.code, message }
      : { code: error.code, message, where: error.where };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: isDiskFull(error) ? 'disk.full' : 'internal', message };
}

export function toError({ code, message, where }: Failure): MaskbenchError {
  return new MaskbenchError(code, message, where === undefined ? {} : { where });
}

/** ENOSPC or EDQUOT, also behind a cause. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || isDiskFull(error.cause);
}
