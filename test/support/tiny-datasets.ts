import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Pictures are this wide and high: large enough to resample, small enough to cost nothing. */
export const PICTURE = { width: 72, height: 56 } as const;

/** A picture of a bright rectangle before a darker ground, another one for every number, and its exact mask. */
export async function writePair(imagePath: string, truthPath: string, seed: number): Promise<void> {
  const { width, height } = PICTURE;
  const random = generator(seed);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low));
  const [left, top] = [between(4, width / 2), between(4, height / 2)];
  const [right, bottom] = [between(left + 12, width - 2), between(top + 12, height - 2)];
  const ground = between(10, 90);
  const pixels = Buffer.alloc(width * height * 3);
  const mask = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= left && x < right && y >= top && y < bottom;
      const i = y * width + x;
      mask[i] = inside ? 255 : 0;
      for (let c = 0; c < 3; c++) pixels[i * 3 + c] = (inside ? 180 : ground) + between(0, 60);
    }
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toFile(imagePath);
  await sharp(mask, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(truthPath);
}

/** `<root>/im/NNN.jpg` beside `<root>/gt/NNN.png`: the paired-folders layout. */
export async function writePairedFolders(root: string, count: number, seed = 1): Promise<void> {
  await writePairs(join(root, 'im'), join(root, 'gt'), count, seed);
}

/** `<root>/{training,validation}/{im,gt}`, `count` pairs each: the layout of Humans. */
export async function writeHumans(root: string, count: number, seed = 100): Promise<void> {
  for (const [i, split] of ['training', 'validation'].entries()) {
    await writePairs(join(root, split, 'im'), join(root, split, 'gt'), count, seed + i * count);
  }
}

/** `<images>/NNN.jpg` and `<truths>/NNN.png`. */
export async function writePairs(images: string, truths: string, count: number, seed: number): Promise<void> {
  await mkdir(images, { recursive: true });
  await mkdir(truths, { recursive: true });
  for (let i = 0; i < count; i++) {
    const stem = String(i).padStart(3, '0');
    await writePair(join(images, `${stem}.jpg`), join(truths, `${stem}.png`), seed + i);
  }
}

/** Numbers in 0..1 that follow from the seed alone (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
