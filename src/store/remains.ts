import { existsSync } from 'node:fs';
import { opendir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from '../core/system-code.js';
import { DRAFT_ENDING } from '../core/write-whole.js';

/** Lies in a folder for as long as shards are merged into it. */
export const MERGING = '.merging';

/** The files of a run by name (`RUN_FILES`, which knows this file), its seal, its cache and its reports, and the ending of a draft. */
const OF_RUN =
  /^(?:(?:manifest|curves|summary|seal)\.json|(?:plan|predictions|scores|truths|timings|scenarios|calls)\.jsonl|files\.cache|report\.[a-z]+)\.[^.]+\.tmp$/;

/** Whether a file in a run folder is what a killed process had not finished writing: a file of lines, a document or a report. */
export function isRemains(name: string): boolean {
  // The last is what 0.1 called its drafts of documents and reports.
  return (
    name.startsWith(MERGING) ||
    (OF_RUN.test(name) && DRAFT_ENDING.test(name)) ||
    /^(?:(?:manifest|curves|summary)\.json|report\.(?:md|html))\.\d+$/.test(name)
  );
}

/**
 * Removes what killed processes left half-written: nothing would ever read or finish it. With `which`, only what it says,
 * for one who no longer holds the run.
 *
 * @returns how many files.
 */
export async function removeRemains(
  folder: string,
  which: (name: string) => boolean = () => true,
): Promise<number> {
  const remains = (await readdir(folder)).filter((name) => isRemains(name) && which(name));
  for (const name of remains) await rm(join(folder, name), { force: true });
  const mattes = join(folder, 'predictions');
  return remains.length + (existsSync(mattes) ? await removeDrafts(mattes, which) : 0);
}

/** Folder by folder, and not while it is read: `opendir` of Node.js passes over names where it is to go down by itself. */
async function removeDrafts(folder: string, which: (name: string) => boolean): Promise<number> {
  const folders: string[] = [];
  const drafts: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory()) folders.push(entry.name);
    else if (DRAFT_ENDING.test(entry.name) && which(entry.name)) drafts.push(entry.name);
  }
  for (const name of drafts) await rm(join(folder, name), { force: true });
  let count = drafts.length;
  for (const name of folders) count += await removeDrafts(join(folder, name), which);
  return count;
}

/** Removes a folder and those in it, as far as nothing else is in them. */
export async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unless('ENOENT'));
  for (const entry of entries ?? [])
    if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  await rmdir(folder).catch(unless('ENOENT', 'ENOTEMPTY', 'EEXIST'));
}
