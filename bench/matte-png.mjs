// What writing a matte as PNG takes, beside libvips' way (level 4, no filter, which Maskbench had before): processor time and bytes, for
// mattes of three kinds: masks as people draw them, the same through a network's 320 x 320, and the grey of the photographs. Ratios in
// one run, turn by turn; the pixels that come back must be the same.
//
//   node bench/matte-png.mjs [--pictures 12] [--rounds 5]
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { encodeMattePng } from '../dist/image/encode-matte.js';
import { printMachine, printTable, times } from './support/print.mjs';
import { findPairs } from './support/real-masks.mjs';

/** @import { GrayImage } from '../dist/image/raster.js' */

const SIDE = 320;
const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '12' }, rounds: { type: 'string', default: '5' } },
});

/** @param {import('sharp').Sharp} source */
async function grey(source) {
  const { data, info } = await source.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** @param {GrayImage} matte */
const open = ({ width, height, data }) => sharp(data, { raw: { width, height, channels: 1 } });

/** @param {GrayImage} matte */
const small = (matte) => grey(open(matte).resize(SIDE, SIDE, { fit: 'fill' }));

/**
 * @param {GrayImage} matte
 * @param {GrayImage} like
 */
const asLargeAs = (matte, { width, height }) => grey(open(matte).resize(width, height, { fit: 'fill' }));

const WAYS = /** @type {const} */ ({
  ours: encodeMattePng,
  libvips: (/** @type {GrayImage} */ matte) =>
    open(matte).toColourspace('b-w').png({ compressionLevel: 4, adaptiveFiltering: false }).toBuffer(),
});

sharp.concurrency(1);
printMachine();
const pairs = findPairs(Number(values.pictures));
const truths = await Promise.all(pairs.map(({ truth }) => grey(sharp(truth).flatten().extractChannel(0))));
const kinds = {
  crisp: truths,
  soft: await Promise.all(truths.map(async (truth) => asLargeAs(await small(truth), truth))),
  photograph: await Promise.all(pairs.map(({ image }) => grey(sharp(image).greyscale()))),
};
const rows = [['mattes', 'ms of processor, ours', 'libvips', 'ratio', 'kB, ours', 'libvips', 'ratio']];
for (const [kind, mattes] of Object.entries(kinds)) {
  const sums = { ours: { ms: 0, bytes: 0 }, libvips: { ms: 0, bytes: 0 } };
  // The first round warms up.
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const matte of mattes)
      for (const [way, encode] of Object.entries(WAYS)) {
        const before = process.cpuUsage();
        const png = await encode(matte);
        const { user, system } = process.cpuUsage(before);
        if (round === 0) {
          const { data } = await grey(sharp(png));
          if (Buffer.compare(data, matte.data) !== 0)
            throw new Error(`${way}: other pixels of a ${kind} matte`);
          continue;
        }
        const sum = sums[/** @type {keyof typeof sums} */ (way)];
        sum.ms += (user + system) / 1000;
        sum.bytes += png.length;
      }
  const { ours, libvips } = sums;
  const n = mattes.length * Number(values.rounds);
  const each = (/** @type {number} */ sum) => (sum / n).toFixed(2);
  rows.push([
    kind,
    each(ours.ms),
    each(libvips.ms),
    times(ours.ms / libvips.ms),
    each(ours.bytes / 1000),
    each(libvips.bytes / 1000),
    times(ours.bytes / libvips.bytes),
  ]);
}
printTable(rows);
