import { isAbsolute, join, relative, sep } from 'node:path';
import { MaskbenchError } from './errors.js';

/** Names whose parts begin with a letter or digit of ASCII: none climbs, is absolute or names a drive. Most are such. */
const PLAIN = /^\w[\w. -]*(?:\/\w[\w. -]*)*$/;

/**
 * Joins a name that comes from data (a sample id, an archive member, a config) to a folder.
 *
 * @throws MaskbenchError `data.unsafe-path` if the result would not lie inside the folder.
 */
export function joinInside(folder: string, ...names: readonly string[]): string {
  const path = join(folder, ...names);
  if (names.length > 0 && names.every((name) => PLAIN.test(name))) return path;
  const inside = relative(folder, path);
  const escapes = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (
    escapes ||
    names.some((name) => isAbsolute(name) || name.includes('\0') || /(^|[\\/])\.\.([\\/]|$)/.test(name))
  ) {
    throw new MaskbenchError('data.unsafe-path', `"${names.join('/')}" leaves its folder`, {
      where: folder,
      remedy: 'names must be relative and without ".."',
    });
  }
  return path;
}
