import { existsSync } from 'node:fs';
import { rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveCacheDir } from '../cache-folder.js';
import { MaskbenchError } from '../errors.js';
import { sha256 } from '../hash.js';
import { makeFolder } from '../sync.js';
import { discardDraft, draftOf } from '../write-whole.js';
import { openBucket, type ListedObject } from './bucket.js';
import { parseAddress } from './object-address.js';

const fetching = new Map<string, Promise<string>>();

/** The copy of an object, fetched where it is not there. See `onDisk`. */
export async function keptCopy(path: string): Promise<string> {
  const kept = copyOf(path);
  if (existsSync(kept)) return kept;
  const coming = fetching.get(kept) ?? fetchObject(path, kept).finally(() => fetching.delete(kept));
  fetching.set(kept, coming);
  return coming;
}

/** So that an object is fetched anew when it is asked for next. */
export async function forgetObject(address: string): Promise<void> {
  await rm(copyOf(address), { force: true });
}

/** The same where the copy is not of what is listed now. */
export async function forgetIfOther(
  address: string,
  { bytes, modifiedMs }: Pick<ListedObject, 'bytes' | 'modifiedMs'>,
): Promise<void> {
  const copy = await stat(copyOf(address)).catch(() => undefined);
  if (copy === undefined) return;
  if (copy.size !== bytes || seconds(copy.mtimeMs) !== seconds(modifiedMs)) await forgetObject(address);
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

function copyOf(address: string): string {
  const name = sha256(address);
  return join(resolveCacheDir(), 'objects', name.slice(0, 2), name);
}

async function fetchObject(address: string, to: string): Promise<string> {
  const { bucket, key } = parseAddress(address);
  await makeFolder(dirname(to));
  const draft = draftOf(to);
  try {
    const fetched = await openBucket(bucket).fetchFile(key, draft.path);
    if (fetched === undefined)
      throw new MaskbenchError('data.missing', 'no such object in the bucket', { where: address });
    await utimes(draft.path, fetched.modifiedMs / 1000, fetched.modifiedMs / 1000);
    await rename(draft.path, to);
    return to;
  } finally {
    await discardDraft(draft);
  }
}
