import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import sharp from 'sharp';

/** @import { GrayImage } from '../../dist/image/raster.js' */

const ROOT = join(import.meta.dirname, '../..');

/** @typedef {{ width: number, height: number }} Size */

/** Real photographs with their ground truths; where they are missing, the embedded samples stand in. */
const SOURCES = [join(ROOT, '../shared/pairs'), join(ROOT, 'samples')];

/**
 * Image and ground-truth files that lie in sibling folders `im` and `gt`, of the first source that has any.
 *
 * @param {number} count how many, spread evenly over what there is
 */
export function findPairs(count) {
  for (const source of SOURCES) {
    const pairs = existsSync(source) ? pairsBelow(source) : [];
    if (pairs.length === 0) continue;
    const picked = Math.min(count, pairs.length);
    tellSource(source);
    return Array.from({ length: picked }, (_, i) => pairs[Math.floor(((i + 0.5) * pairs.length) / picked)]);
  }
  throw new Error('no masks: neither ../shared/pairs nor samples has folders named im and gt');
}

let told = '';

/**
 * Says once which photographs a figure is of: those of the samples are fewer and simpler.
 *
 * @param {string} source
 */
function tellSource(source) {
  if (told === source) return;
  told = source;
  const which = source.endsWith('samples') ? 'of the samples' : 'real ones beside the project';
  console.log(`  photographs: ${which}`);
}

/**
 * @param {string} folder
 * @returns {{ image: string, truth: string }[]}
 */
function pairsBelow(folder) {
  const entries = readdirSync(folder).sort();
  if (entries.includes('im') && entries.includes('gt')) {
    const truths = new Map(readdirSync(join(folder, 'gt')).map((file) => [parse(file).name, file]));
    return readdirSync(join(folder, 'im'))
      .sort()
      .flatMap((file) => {
        const truth = truths.get(parse(file).name);
        return truth === undefined
          ? []
          : [{ image: join(folder, 'im', file), truth: join(folder, 'gt', truth) }];
      });
  }
  return entries
    .map((entry) => join(folder, entry))
    .filter((path) => statSync(path).isDirectory())
    .flatMap(pairsBelow);
}

/**
 * The size with the proportions of the file and the number of pixels asked for.
 *
 * @param {string} file
 * @param {number} megapixels
 */
export async function sizeOf(file, megapixels) {
  const { width, height } = await sharp(file).metadata();
  const scale = Math.sqrt((megapixels * 1e6) / (width * height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * A ground truth enlarged to the size, sharp again.
 *
 * @param {string} file
 * @param {Size} size
 * @returns {Promise<GrayImage>}
 */
export async function enlargeTruth(file, { width, height }) {
  const data = await sharp(file)
    .toColourspace('b-w')
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .threshold(128)
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { width, height, data: Uint8Array.from(data) };
}

/**
 * What a model might give: the ground truth with a bite out of it and a blot beside it, seen at the model's input
 * resolution and enlarged again, so that its edges are soft and its fine structure is gone.
 *
 * @param {GrayImage} truth
 * @param {number} side the model's input is this wide and high
 * @returns {Promise<GrayImage>}
 */
export async function imitatePrediction(truth, side) {
  const { width, height } = truth;
  const data = Buffer.from(truth.data);
  const radius = Math.min(width, height) / 20;
  paintDisc(data, truth, firstForeground(truth), radius, 0);
  paintDisc(data, truth, { x: width * 0.9, y: height * 0.1 }, radius / 2, 255);
  const small = await sharp(data, { raw: { width, height, channels: 1 } })
    .resize(side, side, { fit: 'fill', kernel: 'lanczos3' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const large = await sharp(small, { raw: { width: side, height: side, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { width, height, data: Uint8Array.from(large) };
}

/** @param {GrayImage} truth */
function firstForeground({ width, data }) {
  const i = Math.max(0, data.indexOf(255));
  return { x: i % width, y: Math.floor(i / width) };
}

/**
 * @param {Uint8Array} data
 * @param {Size} size
 * @param {{ x: number, y: number }} centre
 * @param {number} radius
 * @param {number} value
 */
function paintDisc(data, { width, height }, centre, radius, value) {
  for (let y = Math.max(0, Math.floor(centre.y - radius)); y < Math.min(height, centre.y + radius); y++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (y - centre.y) ** 2));
    const from = Math.max(0, Math.round(centre.x - half));
    const to = Math.min(width, Math.round(centre.x + half));
    if (from < to) data.fill(value, y * width + from, y * width + to);
  }
}

/**
 * The photograph enlarged to the size, as a JPEG of ordinary quality.
 *
 * @param {string} file
 * @param {Size} size
 * @param {string} path
 */
export async function writeJpeg(file, { width, height }, path) {
  await sharp(file).resize(width, height, { fit: 'fill' }).jpeg({ quality: 90 }).toFile(path);
}

/**
 * @param {GrayImage} image
 * @param {string} path
 */
export async function writePng({ width, height, data }, path) {
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
}
