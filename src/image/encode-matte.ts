import { promisify } from 'node:util';
import { constants, crc32, deflate } from 'node:zlib';
import type { GrayImage } from './raster.js';

const compress = promisify(deflate);

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** 8 bits of grey; compression, filter and interlacing of which there is only one or none. */
const GREY_8 = [8, 0, 0, 0, 0] as const;
/** Every row is stored as its difference to the one above. */
const UP = 2;

/**
 * Lossless 8-bit grey PNG (PNG Specification, Third Edition, 5 and 9). libvips filters by nothing or tries everything; the
 * difference to the row above, of which zlib looks for runs alone, was less work and smaller for crisp mattes, soft ones and the
 * grey of photographs (`node bench/matte-png.mjs`; noise without any pattern stays as large as it is).
 */
export async function encodeMattePng({ width, height, data }: GrayImage): Promise<Uint8Array> {
  const rows = Buffer.allocUnsafe((width + 1) * height);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    rows[to++] = UP;
    if (y === 0) for (let x = 0; x < width; x++) rows[to++] = data[from++];
    else for (let x = 0; x < width; x++, from++) rows[to++] = data[from] - data[from - width];
  }
  const header = Buffer.alloc(8 + GREY_8.length);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(GREY_8, 8);
  const packed = await compress(rows, { level: 1, strategy: constants.Z_RLE });
  return Buffer.concat([
    SIGNATURE,
    ...chunk('IHDR', header),
    ...chunk('IDAT', packed),
    ...chunk('IEND', new Uint8Array()),
  ]);
}

/** Length, name, data and the check sum of the latter two. */
function chunk(name: string, data: Uint8Array): readonly Uint8Array[] {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(name, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data, crc32(head.subarray(4))));
  return [head, data, sum];
}
