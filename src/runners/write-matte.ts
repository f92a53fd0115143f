import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../core/hash.js';
import { writeWhole } from '../core/write-whole.js';
import { encodeMattePng } from '../image/codec.js';
import type { GrayImage } from '../image/raster.js';

/** Writes a matte under a temporary name and renames it, so that a file that is there is whole. @returns its pixels' sha256. */
export async function writeMatte(path: string, matte: GrayImage): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const png = await encodeMattePng(matte);
  await writeWhole(path, (draft) => writeFile(draft, png));
  return sha256(matte.data);
}
