// Pictures read here and by Pillow, byte by byte: a drawn one and a photograph in every encoding of
// scripts/reference/pillow-pictures.py. Prints where they differ; ends with 1 where they differ by more than is declared.
// Skipped with one line where there is no Pillow (npm run parity -- --install).
//
//   node scripts/parity/pictures.mjs [--peer newest] [--photograph FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeRgb } from '../../dist/image/codec.js';
import { isInstalled, pythonOf, VENVS } from './peer.mjs';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'scripts/reference/pillow-pictures.py');

/** What may differ, by the beginning of a name: the greatest difference, and why. Everything else is equal. */
const DECLARED = [
  { name: /^(png|tiff)-grey-16|^netpbm-16\.pgm/, most: 255, why: 'Pillow turns 16-bit grey white' },
  { name: /^avif-(420|422)/, most: 255, why: 'libheif repeats colours, libavif blends them' },
  { name: /^avif-limited/, most: 2, why: 'rounding of libheif and libavif' },
  { name: /^avif-(444|alpha)|^exif-\d\.avif/, most: 1, why: 'rounding of libheif and libavif' },
  { name: /^tiff-ycbcr-deflate/, most: 1, why: 'rounding of Pillow and libtiff' },
];
/** Read by Pillow alone, and refused by name here. */
const REFUSED = ['tiff-zstd.tif'];

const { values } = parseArgs({
  options: { peer: { type: 'string', default: 'newest' }, photograph: { type: 'string' } },
});
const photograph =
  values.photograph ?? join(ROOT, 'samples/humans/validation/im/alybtprywykda_woman-afro.jpg');

if (isInstalled(values.peer)) {
  const folder = mkdtempSync(join(tmpdir(), 'maskbench-pictures-'));
  try {
    await compare('drawn', ['--size', '97x61'], folder);
    await compare('photograph', ['--photograph', photograph], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
} else console.log(`pictures: skipped, there is no Pillow in ${VENVS} (npm run parity -- --install)`);

/**
 * @param {string} label
 * @param {readonly string[]} args
 * @param {string} folder
 */
async function compare(label, args, folder) {
  const { stdout, stderr, status } = spawnSync(pythonOf(values.peer), [SCRIPT, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`Pillow's process ended with status ${status}: ${stderr}`);
  /** @type {{ pillow: string, pictures: string[], cases: { name: string, width: number, height: number, rgb: number, file: string }[] }} */
  const { pillow, pictures, cases } = JSON.parse(stdout);
  let equal = 0;
  for (const { name, width, height, rgb, file } of cases) {
    const path = join(folder, name);
    writeFileSync(path, Buffer.from(file, 'base64'));
    const ours = await decodeRgb(path).catch((/** @type {Error} */ { message }) => message);
    if (typeof ours === 'string') {
      say(REFUSED.includes(name), `${name}: refused here, ${ours}`);
      continue;
    }
    const peer = Buffer.from(pictures[rgb], 'base64');
    if (ours.width !== width || ours.height !== height) {
      say(false, `${name}: ${ours.width} x ${ours.height}, Pillow has ${width} x ${height}`);
      continue;
    }
    let [differ, most, sum] = [0, 0, 0];
    for (let i = 0; i < peer.length; i++) {
      const difference = Math.abs(peer[i] - ours.data[i]);
      if (difference > 0) differ++;
      most = Math.max(most, difference);
      sum += difference;
    }
    if (differ === 0) equal++;
    else {
      const declared = DECLARED.find((of) => of.name.test(name));
      const share = ((100 * differ) / peer.length).toFixed(1);
      const figures = `${share} % of values, at most ${most}, ${(sum / peer.length).toFixed(3)} on average`;
      say(most <= (declared?.most ?? 0), `${name}: ${figures} (${declared?.why ?? 'not declared'})`);
    }
  }
  console.log(`${label}: ${equal} of ${cases.length} encodings equal, Pillow ${pillow}`);
}

/**
 * @param {boolean} isDeclared
 * @param {string} line
 */
function say(isDeclared, line) {
  console.log(`${isDeclared ? '  ' : 'UNDECLARED '}${line}`);
  if (!isDeclared) process.exitCode = 1;
}
