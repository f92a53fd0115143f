import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { hashDistance, perceptualHash, type PerceptualHash } from '../../src/image/perceptual-hash.js';
import type { RgbImage } from '../../src/image/raster.js';
import { generator } from '../support/tiny-datasets.js';

/** Soft blots of colour, other ones for every seed. */
function blots(seed: number, width = 120, height = 90): RgbImage {
  const random = generator(seed);
  const data = new Uint8Array(width * height * 3).fill(120);
  for (let n = 0; n < 12; n++) {
    const [cx, cy, radius] = [random() * width, random() * height, 8 + random() * 30];
    const colour = [random() * 255, random() * 255, random() * 255];
    for (let i = 0; i < width * height; i++) {
      const share = Math.exp(-(((i % width) - cx) ** 2 + (Math.floor(i / width) - cy) ** 2) / radius ** 2);
      for (let c = 0; c < 3; c++) data[i * 3 + c] += (colour[c] - data[i * 3 + c]) * share;
    }
  }
  return { width, height, data };
}

function hash(image: RgbImage): PerceptualHash {
  const found = perceptualHash(image);
  if (found === undefined) throw new Error('blank');
  return found;
}

async function changed(image: RgbImage, change: (picture: Sharp) => Sharp): Promise<RgbImage> {
  const { width, height, data } = image;
  const picture = change(sharp(data, { raw: { width, height, channels: 3 } }).png());
  const out = await sharp(await picture.toBuffer())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: out.info.width, height: out.info.height, data: new Uint8Array(out.data) };
}

describe('a perceptual hash', () => {
  it.each([
    ['half the size', (p: Sharp) => p.resize(60, 45)],
    ['other proportions', (p: Sharp) => p.resize(200, 100, { fit: 'fill' })],
    ['more light', (p: Sharp) => p.linear(1.1, 10)],
    ['a stronger compression', (p: Sharp) => p.jpeg({ quality: 40 })],
    ['a soft blur', (p: Sharp) => p.blur(1.2)],
  ])('of a picture with %s lies near', async (_name, change) => {
    for (const seed of [1, 2, 3, 4]) {
      const image = blots(seed);
      expect(hashDistance(hash(image), hash(await changed(image, change)))).toBeLessThanOrEqual(8);
    }
  });

  it('of another picture lies far', () => {
    const hashes = Array.from({ length: 20 }, (_, seed) => hash(blots(seed + 10)));
    for (const [i, a] of hashes.entries()) {
      for (const b of hashes.slice(i + 1)) expect(hashDistance(a, b)).toBeGreaterThan(8);
    }
  });

  it('has 64 bits, half of them set', () => {
    const { high, low } = hash(blots(5));
    expect(hashDistance({ high, low }, { high: 0, low: 0 })).toBe(32);
    expect(hashDistance({ high, low }, { high: ~high >>> 0, low: ~low >>> 0 })).toBe(64);
  });

  it('is none of a picture without structure', () => {
    expect(perceptualHash({ width: 8, height: 8, data: new Uint8Array(192).fill(77) })).toBeUndefined();
  });
});
