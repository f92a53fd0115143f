import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { unreadable } from './unreadable.js';

/** Files up to this many bytes are read whole, which takes half the time of a stream; larger ones would fill the memory. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/**
 * SHA-256 of a file's bytes in hexadecimal.
 *
 * @throws MaskbenchError `data.missing` or `data.unreadable`, naming the file.
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size <= WHOLE_BYTES) hash.update(await file.readFile());
      else
        for await (const part of file.createReadStream({ highWaterMark: 1 << 18 }))
          hash.update(part as Buffer);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return hash.digest('hex');
}
