import type { BigIntStats } from 'node:fs';
import { readHashed } from '../core/hash-file.js';
import { readImageSize } from '../image/codec.js';
import { maskHeaderOf, type MaskHeader } from '../image/mask-header.js';

/** Of a picture: its bytes, and its size after EXIF orientation. */
export interface PictureFacts {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
}

/** Of a mask: its bytes, and how it is stored. */
export interface MaskFileFacts {
  readonly sha256: string;
  readonly header: MaskHeader;
}

/**
 * What a plan asks of a file. Who reads may know it already.
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export interface FileReader {
  picture(path: string): Promise<PictureFacts>;
  mask(path: string): Promise<MaskFileFacts>;
}

/** Facts, and what the system said of the file before it was read. */
type Read<T> = T & { readonly stats: BigIntStats };

/** Reads a picture once, for its digest and its size; a large one twice. */
export async function readPictureFacts(path: string): Promise<Read<PictureFacts>> {
  const { sha256, bytes, stats } = await readHashed(path);
  const { width, height } = await readImageSize(path, bytes);
  return { sha256, width, height, stats };
}

export async function readMaskFacts(path: string): Promise<Read<MaskFileFacts>> {
  const { sha256, bytes = Buffer.alloc(0), stats } = await readHashed(path, true);
  return { sha256, header: maskHeaderOf(bytes), stats };
}

/** Reads every file anew. */
export const FRESH_READER: FileReader = { picture: readPictureFacts, mask: readMaskFacts };
