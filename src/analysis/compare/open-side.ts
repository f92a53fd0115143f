import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { nearest } from '../../core/yaml-file.js';
import { runFolder } from '../../store/run-folder.js';
import { BASELINES_FOLDER } from './baseline/baseline-schema.js';
import { isBaseline, listBaselines, openBaseline } from './baseline/open-baseline.js';
import { openRun } from './open-run.js';
import type { Side } from './side.js';

/**
 * A run folder, the folder of a baseline, or the name of a baseline in `baselines/` of the working directory.
 *
 * @throws MaskbenchError `data.missing` for anything else, with the nearest name.
 */
export async function openSide(reference: string, cwd: string): Promise<Side> {
  const path = resolve(cwd, reference);
  if (existsSync(runFolder(path).manifest)) return openRun(path, reference);
  if (isBaseline(path)) return openBaseline(path, reference);
  const folder = join(cwd, BASELINES_FOLDER);
  const names = await listBaselines(folder);
  if (names.includes(reference)) return openBaseline(join(folder, reference), reference);
  const near = nearest(reference, names);
  throw new MaskbenchError('data.missing', 'neither a run folder nor a baseline', {
    where: reference,
    remedy:
      near !== undefined
        ? `did you mean the baseline "${near}"?`
        : `expected a folder with manifest.json, or one of the baselines (${names.join(', ') || 'none yet'})`,
  });
}
