import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Forces what was written to a file to the disk; its name there is another thing (`syncFolder`). */
export async function syncFile(path: string): Promise<void> {
  // Not for reading alone: Windows refuses to flush what cannot be written.
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Forces the names in a folder to the disk, so that what was made or renamed there survives a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder, and some file systems flush none: there is nothing else to be done about it there.
  const handle = await open(path).catch(ignoreUnsupported);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(ignoreUnsupported);
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it that are missing, all of them with their names on the disk. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

const UNSUPPORTED: ReadonlySet<string> = new Set([
  'EISDIR',
  'EPERM',
  'EACCES',
  'EINVAL',
  'ENOTSUP',
  'ENOSYS',
]);

function ignoreUnsupported(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && UNSUPPORTED.has(String(error.code))) return undefined;
  throw error;
}
