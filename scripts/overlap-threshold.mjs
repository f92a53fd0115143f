// How far perceptual hashes of copies lie from their originals, and those of other pictures: the figures behind NEAR in
// src/datasets/overlap.ts. Over the photographs beside the project and the samples.
// Usage: npm run build && node scripts/overlap-threshold.mjs
import sharp from 'sharp';
import { hashDistance, perceptualHash } from '../dist/image/perceptual-hash.js';
import { photographs } from './parity/images.mjs';

/** @import { Sharp } from 'sharp' */

/** @type {Record<string, (picture: Sharp, size: { width: number, height: number }) => Sharp>} */
const COPIES = {
  'half the size': (p, { width, height }) => p.resize(Math.round(width / 2), Math.round(height / 2)),
  '300 pixels wide': (p) => p.resize(300),
  'JPEG quality 50': (p) => p.jpeg({ quality: 50 }),
  'a little brighter': (p) => p.linear(1.15, 8),
  'colour gone': (p) => p.greyscale(),
  'cut by 2 % all round': (p, size) => p.extract(within(size, 0.02)),
  'cut by 5 % all round': (p, size) => p.extract(within(size, 0.05)),
  mirrored: (p) => p.flop(),
};

/**
 * What is left when a share of the picture is cut off at each side.
 *
 * @param {{ width: number, height: number }} size
 * @param {number} share
 */
function within({ width, height }, share) {
  const left = 1 - 2 * share;
  return {
    left: Math.round(width * share),
    top: Math.round(height * share),
    width: Math.round(width * left),
    height: Math.round(height * left),
  };
}

/** @param {Buffer} buffer */
async function hashOf(buffer) {
  const { data, info } = await sharp(buffer)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const hash = perceptualHash({ width: info.width, height: info.height, data: new Uint8Array(data) });
  if (hash === undefined) throw new Error('a picture without structure has no hash');
  return hash;
}

const originals = [];
for (const { path } of photographs(200)) {
  const buffer = await sharp(path).autoOrient().png().toBuffer();
  originals.push({ path, buffer, size: await sharp(buffer).metadata(), hash: await hashOf(buffer) });
}

/**
 * @param {readonly number[]} distances
 * @param {number} limit
 */
const share = (distances, limit) =>
  `${((100 * distances.filter((d) => d <= limit).length) / distances.length).toFixed(distances.length > 1000 ? 2 : 0)} %`;
/**
 * @param {string} name
 * @param {readonly number[]} distances
 */
const row = (name, distances) =>
  console.log(
    `${name.padEnd(24)} ${[3, 5, 8, 10].map((limit) => share(distances, limit).padStart(9)).join('')}   greatest ${Math.max(...distances)}, least ${Math.min(...distances)}`,
  );

console.log(`${originals.length} pictures; share within 3, 5, 8, 10 bits of 64`);
for (const [name, change] of Object.entries(COPIES)) {
  const distances = [];
  for (const { buffer, size, hash } of originals) {
    distances.push(hashDistance(hash, await hashOf(await change(sharp(buffer), size).toBuffer())));
  }
  row(name, distances);
}
const others = [];
for (const [i, a] of originals.entries()) {
  for (const b of originals.slice(i + 1))
    others.push({ a: a.path, b: b.path, d: hashDistance(a.hash, b.hash) });
}
row(
  'other pictures',
  others.map(({ d }) => d),
);
for (const { a, b, d } of others.filter((one) => one.d <= 10))
  console.log(`  ${d} bits: ${a.split('/').pop()} and ${b.split('/').pop()}`);
