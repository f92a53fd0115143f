import { assertPixels } from '../pixel-limit.js';
import type { PlainRaster } from './raster.js';

const [RGB, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS] = [0, 1, 2, 3, 6];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly offset: number;
}

/**
 * Reads a Windows or OS/2 bitmap: 1, 4, 8, 16, 24 or 32 bits, run lengths, bit fields, rows from below or above. The
 * fourth byte of 32 bits is alpha only where the header says so. (Of the four libraries tried none reads run lengths, and
 * three turn colours of a palette or of 16 bits into others than Pillow does.)
 *
 * @throws Error where the file breaks off, or holds what is no bitmap of these.
 */
export function readBmp(file: Buffer): PlainRaster {
  const headerSize = file.readUInt32LE(14);
  const header = headerSize === 12 ? readCoreHeader(file) : readInfoHeader(file, headerSize);
  const { width, height, bits, compression } = header;
  if (width <= 0 || height <= 0) throw new Error(`a bitmap of ${width} x ${height} pixels`);
  assertPixels(width, height);
  const raster = { format: 'bmp', width, height } as const;
  if (bits <= 8) {
    const palette = readPalette(file, header, headerSize);
    const data =
      compression === RGB ? unpackIndices(file, header) : unpackRuns(file.subarray(header.offset), header);
    return { ...raster, channels: 1, bits, data, max: 255, palette };
  }
  const masks = readMasks(file, header, headerSize);
  const [channels, data] = unpackColours(file, header, masks);
  return { ...raster, channels, bits: bits === 16 ? 5 : 8, data, max: 255 };
}

function readCoreHeader(file: Buffer): Header {
  return check({
    width: file.readUInt16LE(18),
    height: file.readUInt16LE(20),
    topDown: false,
    bits: file.readUInt16LE(24),
    compression: RGB,
    offset: file.readUInt32LE(10),
  });
}

function readInfoHeader(file: Buffer, size: number): Header {
  if (size < 40 || size > 124) throw new Error(`a bitmap with a header of ${size} bytes`);
  const height = file.readInt32LE(22);
  return check({
    width: file.readInt32LE(18),
    height: Math.abs(height),
    topDown: height < 0,
    bits: file.readUInt16LE(28),
    compression: file.readUInt32LE(30),
    offset: file.readUInt32LE(10),
  });
}

const STORED: Readonly<Record<number, readonly number[]>> = {
  1: [RGB],
  4: [RGB, RLE4],
  8: [RGB, RLE8],
  16: [RGB, BITFIELDS, ALPHA_BITFIELDS],
  24: [RGB],
  32: [RGB, BITFIELDS, ALPHA_BITFIELDS],
};

function check(header: Header): Header {
  const { bits, compression } = header;
  if (STORED[bits]?.includes(compression) === true) return header;
  throw new Error(`a bitmap of ${bits} bits with compression ${compression}`);
}

function readPalette(file: Buffer, { bits, offset }: Header, headerSize: number): readonly number[] {
  const start = 14 + headerSize;
  const entry = headerSize === 12 ? 3 : 4;
  const used = headerSize === 12 ? 0 : file.readUInt32LE(46);
  const room = Math.floor((offset - start) / entry);
  const count = Math.min(used === 0 ? 1 << bits : used, 1 << bits, room);
  return Array.from({ length: count }, (_, i) => file.readUIntLE(start + i * entry, 3));
}

function unpackIndices(file: Buffer, header: Header): Uint8Array {
  const { width, height, bits } = header;
  const data = new Uint8Array(width * height);
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++) {
    const row = rowOf(file, header, y);
    for (let x = 0, q = y * width; x < width; x++, q++) {
      const bit = x * bits;
      data[q] = (row[bit >> 3] >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return data;
}

/** The bytes of the row that is the y-th from above. */
function rowOf(file: Buffer, { width, height, topDown, bits, offset }: Header, y: number): Buffer {
  const stride = ((width * bits + 31) >> 5) * 4;
  const start = offset + (topDown ? y : height - 1 - y) * stride;
  const end = start + Math.ceil((width * bits) / 8);
  if (end > file.length) throw new Error('the bitmap is cut off');
  return file.subarray(start, end);
}

/** Run lengths; a pixel that no run covers has index 0. */
function unpackRuns(runs: Buffer, { width, height, topDown, bits }: Header): Uint8Array {
  const data = new Uint8Array(width * height);
  let [x, y, p] = [0, 0, 0];
  const put = (index: number): void => {
    if (x < width && y < height) data[(topDown ? y : height - 1 - y) * width + x] = index;
    x++;
  };
  const next = (): number => {
    const byte = runs[p++];
    if (byte === undefined) throw new Error('the bitmap is cut off');
    return byte;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      [x, y] = [x + next(), y + next()];
    } else {
      const start = p;
      for (let i = 0, byte = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
      }
      if ((p - start) % 2 === 1) p++;
    }
  }
  return data;
}

/** Which bits are red, green, blue and, where there is any, alpha. */
function readMasks(file: Buffer, { bits, compression }: Header, headerSize: number): readonly number[] {
  if (compression === RGB) return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const withAlpha = compression === ALPHA_BITFIELDS || headerSize >= 56;
  const masks = Array.from({ length: withAlpha ? 4 : 3 }, (_, i) => file.readUInt32LE(54 + i * 4));
  return masks[3] === 0 ? masks.slice(0, 3) : masks;
}

function unpackColours(file: Buffer, header: Header, masks: readonly number[]): readonly [3 | 4, Uint8Array] {
  const { width, height, bits } = header;
  const channels = masks.length === 4 ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const fields = masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { shift, max: mask >>> shift };
  });
  if (fields.some(({ max }) => max === 0)) throw new Error('a bitmap with an empty bit field');
  const bytes = bits / 8;
  for (let y = 0, q = 0; y < height; y++) {
    const row = rowOf(file, header, y);
    for (let p = 0; p < row.length; p += bytes) {
      const pixel = row.readUIntLE(p, bytes);
      for (const { shift, max } of fields) {
        const value = (pixel >>> shift) & max;
        data[q++] = max === 255 ? value : Math.floor((value * 255) / max);
      }
    }
  }
  return [channels, data];
}
