import { MaskbenchError } from './errors.js';
import { systemCode } from './system-code.js';

/** What the system's codes of a failed reading come to, where something is there. */
const WHY: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission to read it',
  EPERM: 'there is no permission to read it',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Why a file could not be read, as an error that names it.
 *
 * @param what the file is to be, for messages: `gate`
 * @param remedy where there is none, or a folder in its place
 * @returns `data.missing` or `data.unreadable`
 */
export function unreadable(
  path: string,
  cause: unknown,
  { what = 'file', remedy }: { readonly what?: string; readonly remedy?: string } = {},
): MaskbenchError {
  const code = systemCode(cause);
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  const isFolder = code === 'EISDIR';
  const details = {
    where: path,
    cause,
    ...((isMissing || isFolder) && remedy !== undefined ? { remedy } : {}),
  };
  if (isMissing) return new MaskbenchError('data.missing', `no such ${what}`, details);
  const message = isFolder
    ? `this is a folder, and no ${what}`
    : `the ${what} cannot be read${code in WHY ? `: ${WHY[code]}` : ''}`;
  return new MaskbenchError('data.unreadable', message, details);
}
