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

const NO_PERMISSION = 'there is no permission to write there';
const IN_THE_WAY = 'a file is in the way where a folder should be';
const IS_FOLDER = 'this is a folder; name a file';

/** What the system's codes of a failed write come to, for whoever named the place. */
const WHY_NOT_WRITTEN: Readonly<Record<string, string>> = {
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  EROFS: 'the disk is read-only',
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  ENOENT: 'there is no such folder',
  EISDIR: IS_FOLDER,
  EBUSY: IS_FOLDER,
  ENAMETOOLONG: 'the name is too long',
};

/** Why a place cannot be written to, in words; undefined for an error that is about something else. */
export function whyNotWritten(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(WHY_NOT_WRITTEN, code) ? WHY_NOT_WRITTEN[code] : undefined;
}

/**
 * Writes to a place that the user named.
 *
 * @throws MaskbenchError `usage` or `disk.full`, naming the place; what is ours already stays as it is.
 */
export async function writingTo<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MaskbenchError) throw cause;
    const reason = whyNotWritten(cause) ?? (cause instanceof Error ? cause.message : String(cause));
    const code = isDiskFull(cause) ? 'disk.full' : 'usage';
    throw new MaskbenchError(code, `cannot write: ${reason}`, { where: path, cause });
  }
}
