import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createDigester, type Digester, type Digests } from './digest.js';
import { asDiskFull } from './disk.js';
import { isAbandoned, leftName, ownedName, prepareFolder } from './owner.js';

/** A file that is still being written, under a name that no other process uses, with its digests kept up to date. */
export interface PartFile {
  readonly path: string;
  /** Bytes that an earlier, interrupted process had left. */
  readonly inherited: number;
  size(): number;
  digests(): Digests;
  append(chunk: Uint8Array): Promise<void>;
  /** Empties it. */
  restart(): Promise<void>;
  /** Closes it with its bytes on the disk, ready to be renamed into place. */
  finish(): Promise<void>;
  /** Closes it and leaves it for the next attempt. */
  keep(): Promise<void>;
  /** Closes it and removes it. */
  discard(): Promise<void>;
}

interface PartOptions {
  readonly folder: string;
  /** What the bytes will be looked up by; an abandoned part under the same key is taken over. */
  readonly key: string;
  readonly withMd5: boolean;
  /** False where nothing could tell a stale beginning from a good one. */
  readonly resume: boolean;
}

/** Opens a part, going on from where a killed process left one under the same key. */
export async function openPart(options: PartOptions): Promise<PartFile> {
  const { folder, key, withMd5 } = options;
  await prepareFolder(folder);
  const path = join(folder, ownedName(key, 'part'));
  await takeOver(options, path);
  const handle = await open(path, 'a+');
  let digester = await digestSoFar(handle, withMd5);
  const inherited = digester.size();
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  return {
    path,
    inherited,
    size: () => digester.size(),
    digests: () => digester.current(),
    append: async (chunk) => {
      try {
        await handle.appendFile(chunk);
      } catch (error) {
        throw asDiskFull(error, folder, chunk.byteLength);
      }
      digester.update(chunk);
    },
    restart: async () => {
      await handle.truncate(0);
      digester = createDigester(withMd5);
    },
    finish: async () => {
      await handle.sync().catch((error: unknown) => {
        throw asDiskFull(error, folder, undefined);
      });
      await close();
    },
    keep: async () => {
      await close();
      if (digester.size() === 0) await rm(path, { force: true });
      else await rename(path, join(folder, leftName(key, 'part')));
    },
    discard: async () => {
      await close();
      await rm(path, { force: true });
    },
  };
}

/** Renames the largest abandoned part of this key to `path`, and removes the others of the key. */
async function takeOver({ folder, key, resume }: PartOptions, path: string): Promise<void> {
  let best: { readonly path: string; readonly size: number } | undefined;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${key}.`) || !name.endsWith('.part')) continue;
    const candidate = join(folder, name);
    const found = await stat(candidate).catch(() => undefined);
    if (found === undefined || !isAbandoned(candidate, found.mtimeMs)) continue;
    const better = resume && found.size > (best?.size ?? 0);
    const loser = better ? best?.path : candidate;
    if (loser !== undefined) await rm(loser, { force: true });
    if (better) best = { path: candidate, size: found.size };
  }
  // Another process may have taken it in the meantime: then this one starts from nothing.
  if (best !== undefined) await rename(best.path, path).catch(() => undefined);
}

async function digestSoFar(handle: FileHandle, withMd5: boolean): Promise<Digester> {
  const digester = createDigester(withMd5);
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (let position = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return digester;
    digester.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
