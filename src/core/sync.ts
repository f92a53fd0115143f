import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mapInOrder } from './map-in-order.js';
import { systemCode, unless } from './system-code.js';

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

/** At once: file systems put such requests together. More would keep Node's four threads from decoding. */
const SYNCED_AT_ONCE = 4;

/** Brings many files or folders to the disk, a few at a time. */
export async function eachToDisk<T>(
  items: Iterable<T> | AsyncIterable<T>,
  bring: (item: T) => Promise<void>,
): Promise<void> {
  for await (const _done of mapInOrder(items, SYNCED_AT_ONCE, bring));
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

/**
 * Makes a folder and those above it that are missing, all of them with their names on the disk. One by one: Node.js's own way
 * of making several goes round for ever where a file system takes none (/proc), and says ENOENT of a read-only disk.
 * Several may ask for one at the same time.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isMade(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  if (!(await isMade(path))) await mkdir(path);
}

/** Whether the folder is there now; not so if the one above it was missing. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = systemCode(error);
    // A link that leads nowhere is there as well, and is no folder.
    if (code === 'EEXIST' && (await stat(path).catch(() => undefined))?.isDirectory() === true) return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

const ignoreUnsupported = unless('EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'ENOSYS');
