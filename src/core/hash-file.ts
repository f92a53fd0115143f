import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { MaskbenchError } from './errors.js';

/**
 * SHA-256 of a file's bytes in hexadecimal, streamed.
 *
 * @throws MaskbenchError `data.missing` or `data.unreadable`, naming the file.
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), hash);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return hash.digest('hex');
}

/** Why a file could not be read. */
export function unreadable(path: string, cause: unknown): MaskbenchError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return missing
    ? new MaskbenchError('data.missing', 'no such file', { where: path, cause })
    : new MaskbenchError('data.unreadable', 'the file cannot be read', { where: path, cause });
}
