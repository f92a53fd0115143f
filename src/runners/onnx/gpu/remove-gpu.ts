import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { engineHere } from '../engine/ensure-engine.js';
import { RECORD, unlinkProviders } from './installed.js';

/** Removes everything that is installed for graphics cards, and the links to it; the caller sees to it that nobody installs. */
export async function removeGpu(home: string, env: NodeJS.ProcessEnv): Promise<void> {
  const engine = await engineHere(env);
  if (engine !== null) await unlinkProviders(home, engine);
  // The record first: what a kill leaves is then no installation any more.
  await rm(join(home, RECORD), { force: true });
  for (const entry of await readdir(home, { withFileTypes: true })) {
    if (entry.isDirectory()) await rm(join(home, entry.name), { recursive: true, force: true });
  }
}
