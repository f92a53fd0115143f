import { existsSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { writingTo } from '../core/failed-write.js';
import { lockRun } from '../store/lock.js';
import type { LockOptions } from '../store/lock-options.js';
import { isRemains, MERGING, removeRemains } from '../store/remains.js';
import { hasOwnManifest, noRun, RUN_FILES, runFolder } from '../store/run-folder.js';

/** What every run folder holds beside its files of evidence; `report-images` are pictures that the page does not embed. */
const REPORTS = ['report.md', 'report.html', 'report-images'];

/**
 * Removes what Maskbench wrote into a run folder, and the folder itself where nothing else is in it. The manifest goes last, so
 * that a removal which was killed can be asked for again.
 *
 * @returns the names of what stays: files that are not of a run.
 * @throws MaskbenchError `data.missing` if there is no run, `run.locked` while one is at work there.
 */
export async function removeRun(path: string, options: LockOptions = {}): Promise<readonly string[]> {
  return writingTo(path, () => removeWritten(path, options));
}

async function removeWritten(path: string, options: LockOptions): Promise<readonly string[]> {
  const folder = runFolder(path);
  if (!existsSync(folder.manifest) && !existsSync(join(path, MERGING))) {
    const { message, ...details } = noRun(path);
    throw new MaskbenchError('data.missing', message, details);
  }
  // An empty one was lost in a power cut; `merge` leaves its mark before there is one.
  const isOurs =
    existsSync(join(path, MERGING)) || (await hasOwnManifest(folder)) || (await isEmptyRun(path));
  if (!isOurs) {
    throw new MaskbenchError('usage', 'its manifest.json is not that of a run, and nothing was removed', {
      where: path,
      remedy: 'choose another folder; if this was a run that is damaged, remove the folder yourself',
    });
  }
  const lock = await lockRun(path, options);
  try {
    const { manifest, ...files } = RUN_FILES;
    const names = [...Object.values(files), manifest].map(({ name }) => name);
    await removeRemains(path);
    for (const name of ['predictions', ...REPORTS])
      await rm(join(path, name), { recursive: true, force: true });
    for (const at of [folder.seal, folder.cache, ...names.map((name) => join(path, name))])
      await rm(at, { force: true });
  } finally {
    await lock.release();
  }
  const left = await readdir(path);
  if (left.length === 0) await rmdir(path);
  return left;
}

/** Whether a folder with an empty manifest holds a plan of ours. */
async function isEmptyRun(path: string): Promise<boolean> {
  const { manifest, plan } = runFolder(path);
  return (await stat(manifest)).size === 0 && existsSync(plan);
}

/** What was found of a run folder: `removed` files that no process would have finished, or who is at work there. */
export type Cleaned =
  | { readonly path: string; readonly kind: 'cleaned'; readonly removed: number }
  | { readonly path: string; readonly kind: 'never-begun' }
  | { readonly path: string; readonly kind: 'in-use'; readonly reason: string };

/**
 * Removes from each run folder in a folder, or from the one that it is, what killed processes left half-written, and run folders that hold nothing else. No
 * matte, record or report goes, and no folder in which a process is at work is touched.
 */
export async function* cleanRuns(
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<Cleaned, void, undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (await hasOwnManifest(runFolder(folder))) {
    yield await writingTo(folder, () => clean(folder, true, signal));
    return;
  }
  for (const entry of entries.filter((of) => of.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const names = await readdir(path);
    const isRun = await hasOwnManifest(runFolder(path));
    const isNever = names.length > 0 && names.every((name) => name.startsWith('.lock') || isRemains(name));
    if (isRun || isNever) yield await writingTo(path, () => clean(path, isRun, signal));
  }
}

async function clean(path: string, isRun: boolean, signal: AbortSignal): Promise<Cleaned> {
  try {
    const lock = await lockRun(path, { waitMs: 0, signal });
    let removed: number;
    try {
      removed = await removeRemains(path);
    } finally {
      await lock.release();
    }
    if (isRun) return { path, kind: 'cleaned', removed };
    await rmdir(path);
    return { path, kind: 'never-begun' };
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.code !== 'run.locked') throw error;
    return { path, kind: 'in-use', reason: error.message };
  }
}
