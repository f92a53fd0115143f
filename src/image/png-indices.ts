import { inflateSync } from 'node:zlib';
import { MaskbenchError } from '../core/errors.js';
import { pngChunks } from './mask-header.js';
import type { GrayImage } from './raster.js';

/** Adam7: where each of the seven passes begins, and its steps. */
const PASSES: readonly (readonly [x: number, y: number, dx: number, dy: number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * The palette indices of a PNG of colour type 3 as they are stored, which decoders look up and do not hand out (PNG
 * Specification, Third Edition, 7 to 9: interlacing, packing, filters).
 *
 * @throws MaskbenchError `data.unreadable` for one that is cut off or damaged.
 */
export function readPngIndices(bytes: Buffer, path: string): GrayImage {
  let [width, height, bits, interlaced] = [0, 0, 0, false];
  const parts: Buffer[] = [];
  for (const { name, data } of pngChunks(bytes)) {
    if (name === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      [bits, interlaced] = [data.readUInt8(8), data.readUInt8(12) === 1];
    } else if (name === 'IDAT') parts.push(data);
  }
  const out = new Uint8Array(width * height);
  try {
    const packed = inflateSync(Buffer.concat(parts));
    let at = 0;
    for (const [x0, y0, dx, dy] of interlaced ? PASSES : [[0, 0, 1, 1] as const]) {
      const columns = Math.ceil((width - x0) / dx);
      if (columns <= 0) continue;
      const stride = Math.ceil((columns * bits) / 8);
      let above = new Uint8Array(stride);
      for (let y = y0; y < height; y += dy) {
        if (at + 1 + stride > packed.length) throw new RangeError('too few rows');
        const row = Uint8Array.from(packed.subarray(at + 1, at + 1 + stride));
        unfilter(packed[at], row, above);
        for (let i = 0; i < columns; i++) {
          const shift = 8 - bits - ((i * bits) & 7);
          out[y * width + x0 + i * dx] = (row[(i * bits) >> 3] >> shift) & ((1 << bits) - 1);
        }
        above = row;
        at += 1 + stride;
      }
    }
  } catch (cause) {
    throw new MaskbenchError('data.unreadable', 'a damaged PNG', { where: path, cause });
  }
  return { width, height, data: out };
}

/** Undoes a row's filter in place; a pixel of a palette is one byte or less, so its left neighbour is the byte before. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array): void {
  for (let i = 0; i < row.length; i++) {
    const left = i > 0 ? row[i - 1] : 0;
    const up = above[i];
    const corner = i > 0 ? above[i - 1] : 0;
    if (filter === 1) row[i] += left;
    else if (filter === 2) row[i] += up;
    else if (filter === 3) row[i] += (left + up) >> 1;
    else if (filter === 4) row[i] += paeth(left, up, corner);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
