import { writeFile } from 'node:fs/promises';

const SHORT = 3;
const LONG = 4;

/** An uncompressed 8-bit CMYK TIFF, the one CMYK form whose values are stored as they are. */
export async function writeCmykTiff(
  path: string,
  width: number,
  height: number,
  ink: readonly number[],
): Promise<string> {
  const tags: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, SHORT, 1, width],
    [257, SHORT, 1, height],
    [258, SHORT, 4, 8], // bits per sample; the value becomes an offset below
    [259, SHORT, 1, 1], // no compression
    [262, SHORT, 1, 5], // separated: CMYK
    [273, LONG, 1, 0], // where the strip begins; filled in below
    [277, SHORT, 1, 4], // samples per pixel
    [278, SHORT, 1, height],
    [279, LONG, 1, ink.length],
  ];
  const bitsAt = 8 + 2 + tags.length * 12 + 4;
  const file = Buffer.alloc(bitsAt + 8);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(tag === 258 ? bitsAt : tag === 273 ? file.length : value, at + 8);
  });
  for (let i = 0; i < 4; i++) file.writeUInt16LE(8, bitsAt + i * 2);
  await writeFile(path, Buffer.concat([file, Buffer.from(ink)]));
  return path;
}
