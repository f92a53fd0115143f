import { readFile } from 'node:fs/promises';
import { onDisk } from '../core/objects/on-disk.js';

/** What stands where a GIF's first frame draws nothing: libvips hides it, Pillow's `convert("RGB")` shows it. */
interface GifBackdrop {
  /** The palette's transparent colour, or else its first: `[red, green, blue]`. */
  readonly colour: Uint8Array;
  /** Whether the frame draws this place, transparent or not. */
  covers(x: number, y: number): boolean;
}

export async function readGifBackdrop(path: string): Promise<GifBackdrop> {
  const file = await readFile(await onDisk(path));
  const tableSize = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let palette = 13;
  let p = palette + tableSize(file.readUInt8(10));
  let index = 0;
  // Of the blocks before the frame only the graphic control extension matters.
  while (file.readUInt8(p) === 0x21) {
    if (file.readUInt8(p + 1) === 0xf9 && (file.readUInt8(p + 3) & 1) === 1) index = file.readUInt8(p + 6);
    for (p += 2; file.readUInt8(p) > 0; p += file.readUInt8(p) + 1);
    p++;
  }
  const [left, top, width, height] = [1, 3, 5, 7].map((at) => file.readUInt16LE(p + at));
  if (tableSize(file.readUInt8(p + 9)) > 0) palette = p + 10;
  return {
    colour: file.subarray(palette + index * 3, palette + index * 3 + 3),
    covers: (x, y) => x >= left && x < left + width && y >= top && y < top + height,
  };
}

/** The colours of a decoded GIF with its backdrop where nothing is drawn. */
export function showBackdrop(
  pixels: Uint8Array,
  width: number,
  channels: number,
  { colour, covers }: GifBackdrop,
): Uint8Array {
  const count = pixels.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, p = 0; i < count; i++, p += channels) {
    const x = i % width;
    const drawn = channels === 4 ? pixels[p + 3] > 0 : covers(x, (i - x) / width);
    rgb.set(drawn ? pixels.subarray(p, p + 3) : colour, i * 3);
  }
  return rgb;
}
