import { readdirSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { MaskbenchError } from './errors.js';
import { nearest } from './names.js';
import { systemCode } from './system-code.js';
import { listed } from './text.js';

/** What the system's codes of a failed reading come to, where something is there. */
const WHY: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission to read it',
  EPERM: 'there is no permission to read it',
  ENAMETOOLONG: 'the name is too long',
};

/** A file that somebody named, for messages. */
export interface Wanted {
  /** What it is to be: `gate`. */
  readonly what: string;
  /** Where there is none and none has nearly that name, or a folder is in its place. */
  readonly remedy?: string;
}

/**
 * Why a file could not be read, as an error that names it; where it is missing, with the nearest name beside.
 *
 * @returns `data.missing` or `data.unreadable`
 */
export function unreadable(
  path: string,
  cause: unknown,
  { what, remedy }: Wanted = { what: 'file' },
): MaskbenchError {
  const code = systemCode(cause);
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  if (isMissing) {
    return new MaskbenchError('data.missing', `no such ${what}`, {
      where: path,
      remedy: besides(path, remedy),
      cause,
    });
  }
  const isFolder = code === 'EISDIR';
  const message = isFolder
    ? `this is a folder, and no ${what}`
    : `the ${what} cannot be read${code in WHY ? `: ${WHY[code]}` : ''}`;
  return new MaskbenchError('data.unreadable', message, {
    where: path,
    cause,
    ...(isFolder && remedy !== undefined ? { remedy } : {}),
  });
}

/** What is there in place of a file that is missing: one of nearly that name, or its like. */
function besides(path: string, remedy: string | undefined): string {
  const folder = dirname(path);
  const ending = (name: string): string => extname(name).toLowerCase().replace('.yml', '.yaml');
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return remedy ?? `there is no folder "${folder}" either`;
  }
  const alike = names.filter((name) => ending(name) === ending(path));
  const others =
    alike.length === 0
      ? `that folder has no file that ends in "${extname(path)}"`
      : `there ${alike.length === 1 ? 'is' : 'are'} ${listed(alike)}`;
  // The endings are alike as they are.
  const stem = (name: string): string => basename(name, extname(name));
  const near = nearest(stem(path), alike.map(stem));
  const found = alike.find((name) => stem(name) === near);
  return found === undefined ? (remedy ?? others) : `did you mean "${found}"?`;
}
