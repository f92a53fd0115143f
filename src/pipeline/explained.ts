import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RESUME } from '../core/cancelled.js';
import { MaskbenchError } from '../core/errors.js';
import { explainWriteError } from '../core/failed-write.js';
import { canonicalJson } from '../core/hash.js';
import { limitPixels } from '../image/pixel-limit.js';
import type { RunOrigin } from '../store/manifest.js';
import { readManifest, runFolder, type RunFolder } from '../store/run-folder.js';
import type { RunRequest } from './run-request.js';

/** Whether `maskbench resume` does what is asked for here: the manifest of the run may have another origin, or none. */
async function isAsBegun(folder: RunFolder, { phases }: Pick<RunOrigin, 'phases'>): Promise<boolean> {
  const manifest = await readManifest(folder).catch(() => undefined);
  return manifest?.origin !== undefined && canonicalJson(manifest.origin.phases) === canonicalJson(phases);
}

/** The folder and those above it, as far as they are not there yet. */
function missingFolders(path: string): readonly string[] {
  const above = dirname(path);
  return existsSync(path) || above === path ? [] : [path, ...missingFolders(above)];
}

/** What is done in a run folder, with its limit of pixels; its errors say what to do about them there. */
export async function explained<T>(
  { out, config, origin, label = out }: Pick<RunRequest, 'out' | 'config' | 'origin' | 'label'>,
  job: (folder: RunFolder) => Promise<T>,
): Promise<T> {
  const folder = runFolder(out);
  const missing = missingFolders(folder.path);
  const restoreLimit = limitPixels(config.maxMegapixels);
  try {
    return await job(folder);
  } catch (error) {
    // A run that was refused leaves nothing: neither an empty folder of its own nor those above it.
    for (const made of missing) await rmdir(made).catch(() => undefined);
    const canResume = origin !== undefined && (await isAsBegun(folder, origin));
    const goOn = canResume ? `continue with "maskbench resume ${label}"` : RESUME;
    if (!(error instanceof MaskbenchError) || error.remedy !== RESUME)
      throw explainWriteError(error, folder.path, goOn);
    const { code, message, where, cause } = error;
    throw new MaskbenchError(code, message, {
      ...(where === undefined ? {} : { where }),
      remedy: goOn,
      cause,
    });
  } finally {
    restoreLimit();
  }
}
