import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { joinInside } from '../../core/safe-path.js';
import { syncFolder } from '../../core/sync.js';
import { writeWhole } from '../../core/write-whole.js';

/** The file that makes a folder of the cache whole: the bytes of each of its others, by path. */
const CONTENTS = 'contents.json';
const contentsSchema = z.record(z.string(), z.number());

/** Of the files in a folder: bytes by path. */
export type FolderContents = z.output<typeof contentsSchema>;

/** What a whole folder holds; undefined where it does not say. */
export async function readContents(folder: string): Promise<FolderContents | undefined> {
  try {
    return contentsSchema.parse(JSON.parse(await readFile(join(folder, CONTENTS), 'utf8')));
  } catch {
    return undefined;
  }
}

/** The first file that is not there, or not as long as it was; undefined in a whole folder. */
export async function firstFault(folder: string): Promise<string | undefined> {
  const contents = await readContents(folder);
  if (contents === undefined) return CONTENTS;
  for (const [path, bytes] of Object.entries(contents)) {
    const found = await stat(joinInside(folder, path)).catch(() => undefined);
    if (found?.size !== bytes) return path;
  }
  return undefined;
}

export async function isWhole(folder: string): Promise<boolean> {
  return (await firstFault(folder)) === undefined;
}

/** Brings a folder, put together elsewhere on the disk, to its place by one rename: two processes may do so at once. */
export async function placeWhole(draft: string, folder: string, contents: FolderContents): Promise<void> {
  await writeWhole(join(draft, CONTENTS), `${JSON.stringify(contents)}\n`);
  await mkdir(dirname(folder), { recursive: true });
  if (await isWhole(folder)) return;
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder).catch(async (error: unknown) => {
    if (!(await isWhole(folder))) throw error;
  });
  await syncFolder(dirname(folder));
}
