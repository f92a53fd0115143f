import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { GrayImage } from '../../src/image/raster.js';
import { draw } from './drawn-mattes.js';

/** A square of 255 in the upper left corner of a picture of 8 x 6. */
export const SQUARE = draw(8, 6, (x, y) => (x < 4 && y < 3 ? 255 : 0));
/** The same, one column wider. */
export const WIDER = draw(8, 6, (x, y) => (x < 5 && y < 3 ? 255 : 0));
export const NOTHING = draw(8, 6, () => 0);

/** Writes an 8-bit grey PNG, and the folders above it. */
export async function writeMask(path: string, { width, height, data }: GrayImage): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
}

/** The same with 16 bits, whose low byte is noise. */
export async function writeMask16(path: string, { width, height, data }: GrayImage): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const wide = Uint16Array.from(data, (v, i) => v * 256 + ((i * 37) % 256));
  await sharp(wide, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(path);
}

/** A picture whose alpha channel is the mask: a cut-out, of one grey or of the colours given by pixel and channel. */
export async function writeCutOut(
  path: string,
  { width, height, data }: GrayImage,
  colour: (pixel: number, channel: number) => number = () => 90,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const pixels = Uint8Array.from({ length: 4 * data.length }, (_, i) =>
    i % 4 === 3 ? data[i >> 2] : colour(i >> 2, i % 4),
  );
  await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toFile(path);
}

/** Writes masks of these ids to `gt`, and the same to `pred`: what `score` takes. */
export async function writeEqualSides(folder: string, ...ids: readonly string[]): Promise<void> {
  const half = draw(8, 8, (x) => (x < 4 ? 255 : 0));
  for (const side of ['gt', 'pred'])
    for (const id of ids) await writeMask(join(folder, side, `${id}.png`), half);
}

/** Writes masks by their paths below a folder. */
export async function writeMasks(folder: string, masks: Readonly<Record<string, GrayImage>>): Promise<void> {
  for (const [name, image] of Object.entries(masks)) await writeMask(join(folder, name), image);
}
