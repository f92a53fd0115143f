import { MaskbenchError } from './errors.js';
import { explainRefusal } from './failure.js';
import { systemCode } from './system-code.js';

const NO_PERMISSION = 'there is no permission to write there';
const IN_THE_WAY = 'a file is in the way where a folder should be';
const IS_FOLDER = 'this is a folder';

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

/** What to do about some of them. */
const WHERE_ELSE: Readonly<Record<string, string>> = {
  ENOENT: 'make it first, or name another place',
  EISDIR: 'name a file',
  EBUSY: 'name a file',
};

/** Why a place cannot be written to, in words; undefined for an error that is about something else. */
function whyNotWritten(error: unknown): string | undefined {
  const code = systemCode(error);
  return Object.hasOwn(WHY_NOT_WRITTEN, code) ? WHY_NOT_WRITTEN[code] : undefined;
}

/**
 * Writes to a place that the user named.
 *
 * @throws MaskbenchError `usage`, `disk.full` or `files.too-many`, naming the place; what is ours already stays as it is.
 */
export async function writingTo<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MaskbenchError) throw cause;
    const refused = explainRefusal(cause, path, 'try again');
    if (refused !== cause) throw refused;
    const reason = whyNotWritten(cause) ?? (cause instanceof Error ? cause.message : String(cause));
    const remedy = WHERE_ELSE[systemCode(cause)] ?? 'name another place';
    throw new MaskbenchError('usage', `cannot write: ${reason}`, { where: path, remedy, cause });
  }
}

const NOT_WRITABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/**
 * An error of writing to a run folder as what the user can do about it; any other error unchanged.
 *
 * @param then what to do once there is room.
 */
export function explainWriteError(error: unknown, folder: string, then: string): unknown {
  const refused = explainRefusal(error, folder, then);
  if (refused !== error) return refused;
  // Any other code may be of a file that is read.
  const isRefused = error instanceof Error && 'code' in error && NOT_WRITABLE.has(error.code);
  const isOfFolder = error instanceof Error && 'syscall' in error && error.syscall === 'mkdir';
  if (!isRefused && !isOfFolder) return error;
  const reason = whyNotWritten(error) ?? error.message;
  return new MaskbenchError('usage', `the run folder cannot be written to: ${reason}`, {
    where: folder,
    remedy: 'choose another folder with --out',
    cause: error,
  });
}
