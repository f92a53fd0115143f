import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_FOLDER, scanFolder } from '../scan-folder.js';

/**
 * The folders that a path with `*` parts stands for, by what the stars stand for joined with slashes (the split): `*`
 * + `/im` gives `{DIS-VD: <root>/DIS-VD/im}`. A path without stars gives itself under the empty split.
 */
export async function expandFolders(root: string, path: string): Promise<Map<string, string>> {
  const realRoot = await realpath(root);
  let found = new Map([['', root]]);
  for (const part of path.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = new Map<string, string>();
    for (const [split, folder] of found) {
      if (part !== '*') {
        next.set(split, join(folder, part));
        continue;
      }
      const { folders, refused } = (await scanFolder(folder, realRoot)) ?? EMPTY_FOLDER;
      // A link that leaves the root is named here so that the listing can refuse it aloud.
      for (const name of [...folders, ...refused.keys()])
        next.set(split === '' ? name : `${split}/${name}`, join(folder, name));
    }
    found = next;
  }
  for (const [split, folder] of found) {
    const there = await stat(folder).catch(() => undefined);
    if (there?.isDirectory() !== true) found.delete(split);
  }
  return found;
}
