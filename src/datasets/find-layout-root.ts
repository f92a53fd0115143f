import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../core/errors.js';
import { layoutOf } from './layouts/index.js';
import { isLitter } from './scan-folder.js';
import type { DatasetSpec } from './spec.js';

/**
 * The folder in an unpacked archive from which the layout holds: archives of one dataset differ in how many folders
 * they wrap around it.
 *
 * @throws MaskbenchError `data.missing` if it holds from none.
 */
export async function findLayoutRoot(spec: DatasetSpec, unpacked: string): Promise<string> {
  let folder = unpacked;
  for (;;) {
    if (await hasSamples(spec, folder)) return folder;
    const entries = await readdir(folder, { withFileTypes: true });
    const [only, ...others] = entries.filter((entry) => entry.isDirectory() && !isLitter(entry.name));
    if (only === undefined || others.length > 0) break;
    folder = join(folder, only.name);
  }
  throw new MaskbenchError('data.missing', `no sample of dataset "${spec.name}" in what was unpacked`, {
    where: unpacked,
    remedy: `expected the layout ${layoutOf(spec).summary}`,
  });
}

async function hasSamples(spec: DatasetSpec, root: string): Promise<boolean> {
  try {
    for await (const entry of layoutOf(spec).list(spec, root)) if (entry.kind === 'sample') return true;
  } catch (error) {
    if (!(error instanceof MaskbenchError && error.code === 'data.missing')) throw error;
  }
  return false;
}
