import { assertPixels } from '../pixel-limit.js';
import type { PlainRaster } from './raster.js';

/** What a magic number says: one channel or three, as text or bytes, and whether a bit is all. */
const KINDS: Readonly<Record<string, { format: string; channels: 1 | 3; text: boolean; bitmap?: true }>> = {
  P1: { format: 'pbm', channels: 1, text: true, bitmap: true },
  P2: { format: 'pgm', channels: 1, text: true },
  P3: { format: 'ppm', channels: 3, text: true },
  P4: { format: 'pbm', channels: 1, text: false, bitmap: true },
  P5: { format: 'pgm', channels: 1, text: false },
  P6: { format: 'ppm', channels: 3, text: false },
};

/**
 * Reads PBM, PGM and PPM, as text or bytes, of up to 16 bits. The maximum that the file names is white; a bitmap's 1
 * is black.
 *
 * @throws Error where the file breaks off or a value is above the maximum.
 */
export function readNetpbm(file: Buffer): PlainRaster {
  const kind = KINDS[file.toString('latin1', 0, 2)];
  if (kind === undefined) throw new Error('not a Netpbm picture');
  const { format, channels, text, bitmap } = kind;
  const scanner = createScanner(file, 2);
  const width = scanner.number();
  const height = scanner.number();
  const max = bitmap === true ? 1 : scanner.number();
  if (width < 1 || height < 1 || max < 1 || max > 65535) {
    throw new Error(`a picture of ${width} x ${height} pixels up to ${max}`);
  }
  assertPixels(width, height);
  const count = width * height * channels;
  const data = text
    ? readText(bitmap === true ? scanner.digit : scanner.number, count)
    : readBytes(file.subarray(scanner.position() + 1), count, max, bitmap === true ? width : undefined);
  for (let i = 0; i < count; i++) {
    if (data[i] > max) throw new Error(`the value ${data[i]} is above the maximum of ${max}`);
    if (bitmap === true) data[i] = 1 - data[i];
  }
  return { format, width, height, channels, bits: 32 - Math.clz32(max), data, max };
}

/** Decimal numbers between white space and comments (`#` to the end of the line). */
function createScanner(file: Buffer, start: number) {
  let p = start;
  const isDigit = (): boolean => file[p] >= 48 && file[p] <= 57;
  const skip = (): void => {
    for (; p < file.length && !isDigit(); p++) {
      if (file[p] === 35) while (p < file.length && file[p] !== 10) p++;
      else if (file[p] !== 32 && (file[p] < 9 || file[p] > 13)) throw new Error('a number is missing');
    }
    if (p >= file.length) throw new Error('the picture is cut off');
  };
  return {
    position: () => p,
    number(): number {
      skip();
      let value = 0;
      for (; isDigit(); p++) value = value * 10 + file[p] - 48;
      if (value > 65535) throw new Error(`the number ${value} is above 65535`);
      return value;
    },
    /** Bits need no white space between them. */
    digit(): number {
      skip();
      return file[p++] - 48;
    },
  };
}

function readText(next: () => number, count: number): Uint16Array {
  const data = new Uint16Array(count);
  for (let i = 0; i < count; i++) data[i] = next();
  return data;
}

/** @param bitmapWidth pixels a row where a byte holds eight of them */
function readBytes(
  raster: Buffer,
  count: number,
  max: number,
  bitmapWidth: number | undefined,
): Uint8Array | Uint16Array {
  const stride = bitmapWidth === undefined ? 0 : Math.ceil(bitmapWidth / 8);
  const size = bitmapWidth === undefined ? count * (max > 255 ? 2 : 1) : (count / bitmapWidth) * stride;
  if (raster.length < size) throw new Error('the picture is cut off');
  if (bitmapWidth !== undefined) {
    return Uint8Array.from({ length: count }, (_, i) => {
      const x = i % bitmapWidth;
      return (raster[((i - x) / bitmapWidth) * stride + (x >> 3)] >> (7 - (x & 7))) & 1;
    });
  }
  if (max <= 255) return Uint8Array.from(raster.subarray(0, count));
  return Uint16Array.from({ length: count }, (_, i) => raster.readUInt16BE(i * 2));
}
