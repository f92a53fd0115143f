import { constants, crc32, deflateSync } from 'node:zlib';
import type { GrayImage } from './raster.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** 8 bits, grey, and the one way there is to compress, filter and order. */
const GREY_8 = [8, 0, 0, 0, 0];
const FILTER_NONE = 0;
const FILTER_UP = 2;

/**
 * Lossless 8-bit grey PNG of a matte: each row as its difference from the one above, and runs of equal bytes. Of mattes that
 * takes less time and gives smaller files than libpng's levels 1 to 6 without filters (`node bench/feed.mjs` prints both).
 */
export function encodeMattePng({ width, height, data }: GrayImage): Uint8Array {
  const rows = new Uint8Array(height * (width + 1));
  rows[0] = FILTER_NONE;
  rows.set(data.subarray(0, width), 1);
  for (let y = 1; y < height; y++) {
    const row = y * (width + 1);
    rows[row] = FILTER_UP;
    const at = y * width;
    for (let x = 0; x < width; x++) rows[row + 1 + x] = data[at + x] - data[at - width + x];
  }
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const pixels = deflateSync(rows, { level: 1, strategy: constants.Z_RLE });
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk('IHDR', Buffer.concat([size, Buffer.from(GREY_8)])),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
