// The pictures that are compared: the committed small ones, and photographs where there are any.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
export const COMMITTED = join(ROOT, 'test/models/parity');
const PHOTOGRAPHS = [join(ROOT, '../shared/pairs'), join(ROOT, 'samples')];

/** Pictures of every form, small. */
export function smallPictures() {
  return readdirSync(COMMITTED)
    .sort()
    .map((name) => ({ name, path: join(COMMITTED, name) }));
}

/**
 * `count` photographs, spread evenly over what there is: beside the project if it is there, and the samples.
 *
 * @param {number} count
 */
export function photographs(count) {
  const found = PHOTOGRAPHS.filter((folder) => existsSync(folder)).flatMap((folder) => imagesBelow(folder));
  const step = Math.max(1, found.length / count);
  const chosen = [];
  for (let at = step / 2; at < found.length && chosen.length < count; at += step) {
    const path = found[Math.floor(at)];
    chosen.push({ name: basename(path), path });
  }
  return chosen;
}

/**
 * Files in folders named `im`.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function imagesBelow(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((entry) => {
      const path = join(folder, entry);
      if (!statSync(path).isDirectory()) return [];
      if (entry !== 'im') return imagesBelow(path);
      return readdirSync(path)
        .sort()
        .map((file) => join(path, file));
    });
}
