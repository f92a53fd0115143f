import { opendir, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a file in a run folder is what a killed process had not finished writing: a plan, or a whole file's draft. */
export function isRemains(name: string): boolean {
  return /^plan\.jsonl\.\d+\.tmp$|^[a-z]+\.(json|md|html)\.\d+$/.test(name);
}

/** Removes what killed processes left half-written: nothing would ever read or finish it. */
export async function removeRemains(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isRemains(name)) await rm(join(folder, name), { force: true });
  }
  const mattes = join(folder, 'predictions');
  if (!existsSync(mattes)) return;
  for await (const entry of await opendir(mattes, { recursive: true })) {
    if (!/\.png\.\d+\.tmp$/.test(entry.name)) continue;
    await rm(join(entry.parentPath, entry.name), { force: true });
  }
}
