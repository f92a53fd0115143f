import { open, readFile } from 'node:fs/promises';
import { systemRefusal } from '../../core/failure.js';
import { readBmp } from './bmp.js';
import { readNetpbm } from './netpbm.js';
import type { PlainRaster } from './raster.js';
import { onDisk } from '../../core/objects/on-disk.js';

/** What a format that sharp lacks begins with, and how it is read. */
const FORMATS: readonly { readonly head: RegExp; readonly read: (file: Buffer) => PlainRaster }[] = [
  { head: /^BM/, read: readBmp },
  { head: /^P[1-6]\s/, read: readNetpbm },
];

/**
 * A picture of a format that sharp lacks, or `undefined` if the file is none. Told by what it begins with, as sharp does.
 *
 * @throws Error for a file of such a format that cannot be read.
 */
export async function readPlain(path: string): Promise<PlainRaster | undefined> {
  const head = (await readHead(path, 3)).toString('latin1');
  const format = FORMATS.find((of) => of.head.test(head));
  return format?.read(await readFile(await onDisk(path)));
}

/** The first bytes of a file, fewer where it is shorter or cannot be read. @throws where there are too few file handles. */
export async function readHead(path: string, length: number): Promise<Buffer> {
  const file = await open(await onDisk(path)).catch((error: unknown) => {
    if (systemRefusal(error) !== undefined) throw error;
  });
  if (file === undefined) return Buffer.alloc(0);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file.close();
  }
}
