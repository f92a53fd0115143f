import { MaskbenchError } from '../core/errors.js';
import { isDiskFull } from '../core/failure.js';

const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** An error of writing to a run folder as what the user can do about it; any other error unchanged. */
export function explainWriteError(error: unknown, folder: string): unknown {
  if (isDiskFull(error) || (error instanceof MaskbenchError && error.code === 'disk.full')) {
    return new MaskbenchError('disk.full', 'no space left on the disk of the run', {
      where: folder,
      remedy: 'make room there, then continue with --resume',
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!NOT_WRITABLE.has(code)) return error;
  return new MaskbenchError('usage', `the run folder cannot be written to (${code})`, {
    where: folder,
    remedy: 'choose another folder with --out',
    cause: error,
  });
}
