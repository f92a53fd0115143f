import { open, type FileHandle } from 'node:fs/promises';
import { onDisk } from '../core/objects/on-disk.js';

const TAGS = { compression: 259, photometric: 262, subsampling: 530 } as const;
const YCBCR = 6;
/** What libvips turns into RGB itself: both ways of JPEG in TIFF. */
const JPEG = [6, 7];

/**
 * Whether a TIFF file holds luma and two colour differences as they are, without JPEG around them: libvips takes them for
 * red, green and blue.
 *
 * @throws Error where the colours are stored for fewer pixels than the luma, which libvips reads as noise.
 */
export async function storesYcc(path: string): Promise<boolean> {
  const file = await open(await onDisk(path));
  try {
    const tags = await readTags(file);
    if (tags?.get(TAGS.photometric)?.[0] !== YCBCR) return false;
    if (JPEG.includes(tags.get(TAGS.compression)?.[0] ?? 1)) return false;
    const [across, down] = tags.get(TAGS.subsampling) ?? [2, 2];
    if (across === 1 && down === 1) return true;
    throw new Error(`a TIFF of YCbCr colours at 1/${across} x 1/${down} of the size, not compressed as JPEG`);
  } finally {
    await file.close();
  }
}

/** The short values of the first directory, by tag; `undefined` where the file is no TIFF. */
async function readTags(file: FileHandle): Promise<ReadonlyMap<number, readonly number[]> | undefined> {
  const read = async (length: number, position: number): Promise<DataView> => {
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, position);
    return new DataView(buffer.buffer, 0, bytesRead);
  };
  const head = await read(16, 0);
  if (head.byteLength < 16) return undefined;
  const order = head.getUint16(0);
  const little = order === 0x4949;
  const version = head.getUint16(2, little);
  if ((!little && order !== 0x4d4d) || (version !== 42 && version !== 43)) return undefined;
  // BigTIFF counts in 64 bits.
  const big = version === 43;
  const number = (view: DataView, at: number): number =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const start = number(head, big ? 8 : 4);
  const count = big ? number(await read(8, start), 0) : (await read(2, start)).getUint16(0, little);
  const size = big ? 20 : 12;
  const entries = await read(Math.min(count, 1000) * size, start + (big ? 8 : 2));
  const tags = new Map<number, readonly number[]>();
  for (let at = 0; at + size <= entries.byteLength; at += size) {
    const isShort = entries.getUint16(at + 2, little) === 3;
    const length = number(entries, at + 4);
    if (!isShort || length > (big ? 4 : 2)) continue;
    const values = Array.from({ length }, (_, i) =>
      entries.getUint16(at + size - (big ? 8 : 4) + i * 2, little),
    );
    tags.set(entries.getUint16(at, little), values);
  }
  return tags;
}

/** Luma and colour differences of three or more channels as RGB in their place, by Pillow's fixed-point arithmetic. */
export function yccToRgb(pixels: Uint8Array, channels: number): void {
  const fixed = (factor: number) =>
    Int32Array.from({ length: 256 }, (_, i) => Math.trunc(factor * 64 * (i - 128) + 0.5));
  const [crRed, cbGreen, crGreen, cbBlue] = [1.402, -0.34414, -0.71414, 1.772].map(fixed);
  const clamp = (value: number): number => Math.max(0, Math.min(255, value));
  for (let p = 0; p + 2 < pixels.length; p += channels) {
    const [luma, cb, cr] = [pixels[p], pixels[p + 1], pixels[p + 2]];
    pixels[p] = clamp(luma + (crRed[cr] >> 6));
    pixels[p + 1] = clamp(luma + ((cbGreen[cb] + crGreen[cr]) >> 6));
    pixels[p + 2] = clamp(luma + (cbBlue[cb] >> 6));
  }
}
