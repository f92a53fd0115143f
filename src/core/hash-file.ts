import { createHash, hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MaskbenchError } from './errors.js';
import { unreadable } from './unreadable.js';
import { onDisk } from './objects/on-disk.js';

/** Files up to this many bytes are read whole, which takes half the time of a stream; larger ones would fill the memory. */
const WHOLE_BYTES = 4 * 1024 * 1024;

interface Hashed {
  readonly sha256: string;
  /** Of a file that was read whole. */
  readonly bytes: Buffer | undefined;
  /** What the system said of the file before the first byte was read. */
  readonly stats: BigIntStats;
}

/**
 * Reads a file once, from end to end.
 *
 * @param isWhole whether its bytes are wanted however many there are
 * @throws MaskbenchError `data.missing` or `data.unreadable`, naming the file.
 */
export async function readHashed(path: string, isWhole = false): Promise<Hashed> {
  const place = await onDisk(path);
  try {
    const file = await open(place);
    try {
      const stats = await file.stat({ bigint: true });
      const size = Number(stats.size);
      if (isWhole || size <= WHOLE_BYTES) {
        const bytes = size <= WHOLE_BYTES ? await readAtOnce(file, size) : await file.readFile();
        return { sha256: hash('sha256', bytes), bytes, stats };
      }
      const digest = createHash('sha256');
      for await (const part of file.createReadStream({ highWaterMark: 1 << 18, autoClose: false }))
        digest.update(part as Buffer);
      return { sha256: digest.digest('hex'), bytes: undefined, stats };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** One call where two would do, whose second only finds the end. */
async function readAtOnce(file: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size + 1);
  const { bytesRead } = await file.read(buffer, 0, size + 1, 0);
  // One that grows or shrinks meanwhile, and one of the system's own that has no size.
  return bytesRead === size ? buffer.subarray(0, size) : file.readFile();
}

/**
 * SHA-256 of a file's bytes in hexadecimal.
 *
 * @throws MaskbenchError `data.missing` or `data.unreadable`, naming the file.
 */
export async function hashFile(path: string): Promise<string> {
  return (await readHashed(path)).sha256;
}

/**
 * To be called after a file was used: what was found of it is of the bytes that were planned.
 *
 * @throws MaskbenchError `data.unreadable` where it holds others now.
 */
export async function assertUnchanged(path: string, sha256: string): Promise<void> {
  if ((await hashFile(path)) === sha256) return;
  throw new MaskbenchError('data.unreadable', 'changed since the run was planned', { where: path });
}
