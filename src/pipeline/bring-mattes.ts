import { constants } from 'node:fs';
import { copyFile, link, rename, stat, symlink } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { throwIfCancelled } from '../core/cancelled.js';
import { eachToDisk, makeFolder, syncFile, syncFolder } from '../core/sync.js';
import { unless } from '../core/system-code.js';
import { discardDraft, draftOf } from '../core/write-whole.js';
import { openCells } from '../store/cells.js';
import type { Manifest } from '../store/manifest.js';
import { plannedSamples, type RunFolder } from '../store/run-folder.js';
import type { WorstCells } from '../store/worst-cells.js';

/** A run that goes into another. */
export interface Part {
  readonly folder: RunFolder;
  readonly manifest: Manifest;
}

/** How the mattes of the parts come into the merged run: as second names of the same files (copies where there are none), as copies, or as links to where they are. */
export type MatteWay = 'link' | 'copy' | 'symlink';

/** Brings the mattes of a part into the merged run; those that are there already stay. */
export async function bringMattes(
  { folder, manifest }: Part,
  to: RunFolder,
  way: MatteWay,
  worst: WorstCells | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const cells = await openCells(folder, manifest.settings, { mattes: true });
  const folders = new Set<string>();
  async function* mattes(): AsyncGenerator<readonly [string, string]> {
    for await (const { dataset, id } of plannedSamples(folder)) {
      throwIfCancelled(signal, 'merge again');
      for (const model of cells.models) {
        if (!cells.isPredicted(model, { dataset, id }) || cells.isGone(model, { dataset, id })) continue;
        if (worst?.has(model, { dataset, id }) === false && cells.isReleased(model, { dataset, id }))
          continue;
        const target = to.matte(model, dataset, id);
        const of = dirname(target);
        if (!folders.has(of)) await makeFolder(of);
        folders.add(of);
        yield [folder.matte(model, dataset, id), target];
      }
    }
  }
  await eachToDisk(mattes(), ([matte, target]) => WAYS[way](matte, target));
  await eachToDisk(folders, syncFolder);
}

const WAYS: Readonly<Record<MatteWay, (from: string, to: string) => Promise<void>>> = {
  async link(matte, target) {
    const linked = await link(matte, target).then(
      () => true,
      unless('EEXIST', 'EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS'),
    );
    if (linked !== true) await WAYS.copy(matte, target);
  },
  async copy(matte, target) {
    if ((await stat(target).catch(unless('ENOENT'))) !== undefined) return;
    const draft = draftOf(target);
    try {
      await copyFile(matte, draft.path, constants.COPYFILE_FICLONE);
      await syncFile(draft.path);
      await rename(draft.path, target);
    } catch (error) {
      await discardDraft(draft);
      throw error;
    }
  },
  async symlink(matte, target) {
    await symlink(relative(dirname(target), matte), target).catch(unless('EEXIST'));
  },
};
