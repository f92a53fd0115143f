import { readFile } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import type { MaskReading } from '../schema/mask-values.js';
import { decodeCmyk, decoding, type ImageSource } from './codec.js';
import { maskHeaderOf, type MaskHeader } from './mask-header.js';
import { toEightBit, type PlainRaster } from './plain/raster.js';
import { readPngIndices } from './png-indices.js';
import { storesYcc, yccToRgb } from './tiff-ycc.js';
import { onDisk } from '../core/objects/on-disk.js';

export type Plane = Uint8Array | Uint16Array | Float32Array;

/** A mask's values as its file stores them, neither scaled nor looked up where that can be helped. */
export interface RawMask {
  /** After EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly header: MaskHeader;
  /** Interleaved: one or three colours, then alpha where there is one. Of a palette the colours it stands for. */
  readonly samples: Plane;
  readonly channels: number;
  readonly hasAlpha: boolean;
  /** The largest value of this depth; 1 for floating point. */
  readonly full: number;
  /** What a palette is looked up by; undefined where that cannot be known. */
  indices(): Uint8Array | undefined;
}

/** libvips' formats of a sample that are not 8 or 16 bits wide, and the largest value of each. */
const WIDE: Readonly<Record<string, number>> = {
  char: 127,
  short: 32767,
  int: 2147483647,
  uint: 4294967295,
  float: 1,
  double: 1,
};

/**
 * Decodes a mask without any reading of what its values mean. CMYK becomes the colours that Pillow gives (its black is 0).
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function decodeRawMask(path: string): Promise<RawMask> {
  return decoding(path, async (source, plain) => {
    const bytes = await readFile(await onDisk(path));
    const header = maskHeaderOf(bytes);
    const pixels = plain === undefined ? await decodePixels(path, source, header) : pixelsOf(plain);
    return {
      ...pixels,
      header,
      indices() {
        if (plain?.palette !== undefined && plain.data instanceof Uint8Array) return plain.data;
        if (header.format !== 'png' || header.colour !== 'palette') return undefined;
        const { width, height, data } = readPngIndices(bytes, path);
        if (width === pixels.width && height === pixels.height && pixels.upright) return data;
        throw new MaskbenchError('data.unreadable', 'a palette picture that EXIF rotates', {
          where: path,
          remedy: 'save it upright',
        });
      },
    };
  });
}

type Pixels = Omit<RawMask, 'header' | 'indices'> & { readonly upright: boolean };

/** What sharp does not read: stored as it is, but for palettes, of which it has the colours. */
function pixelsOf(plain: PlainRaster): Pixels {
  const { width, height, palette } = plain;
  const { data, channels } = palette === undefined ? plain : toEightBit(plain);
  const full = palette === undefined ? plain.max : 255;
  return { width, height, samples: data, channels, hasAlpha: channels === 4, full, upright: true };
}

function asItIs(path: string, what: string): MaskbenchError {
  const remedy = 'save it as 8-bit grey, or as 32-bit floating point from 0 to 1';
  return new MaskbenchError('data.unreadable', `the mask holds ${what}`, { where: path, remedy });
}

async function decodePixels(path: string, source: ImageSource, header: MaskHeader): Promise<Pixels> {
  const { space, depth, channels, hasAlpha, orientation = 1 } = await source.metadata();
  const upright = orientation === 1;
  if (header.float && header.bits === 16)
    throw asItIs(path, 'half-precision numbers, which libvips cuts to whole ones');
  if (depth === 'short' && (await source.clone().stats()).channels.some(({ min }) => min < 0))
    throw asItIs(path, 'numbers below 0');
  if (space === 'cmyk') {
    const { width, height, data } = await decodeCmyk(source);
    return { width, height, samples: data, channels: 3, hasAlpha: false, full: 255, upright };
  }
  const colours = channels - (hasAlpha ? 1 : 0);
  const grey = colours === 1;
  if (String(depth) === 'uchar') {
    // Of grey with alpha libvips would hand out the grey alone.
    const wanted = grey && !hasAlpha ? source.toColourspace('b-w') : source;
    const { data, info } = await wanted.raw().toBuffer({ resolveWithObject: true });
    const samples = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (!grey && header.format === 'tiff' && (await storesYcc(path))) yccToRgb(samples, info.channels);
    const full =
      grey && header.bits > 0 && header.bits < 8 && header.colour === 'grey' ? (1 << header.bits) - 1 : 255;
    // Depths below 8 bits come spread over 0..255, and so does the alpha of a transparent value.
    if (full < 255) for (let i = 0; i < samples.length; i++) samples[i] /= 255 / full;
    const { width, height } = info;
    return { width, height, samples, channels: info.channels, hasAlpha, full, upright };
  }
  const isWide = String(depth) in WIDE;
  const own = isWide && depth !== 'short' ? (grey ? 'b-w' : 'scrgb') : grey ? 'grey16' : 'rgb16';
  const { data, info } = await source
    .pipelineColourspace(own)
    .toColourspace(own)
    .raw({ depth: isWide ? 'float' : 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const samples = isWide ? new Float32Array(buffer) : new Uint16Array(buffer);
  const { width, height } = info;
  const full = WIDE[String(depth)] ?? 65535;
  return {
    width,
    height,
    samples,
    channels: info.channels,
    hasAlpha: info.channels % 2 === 0,
    full,
    upright,
  };
}

/** One number a pixel, in the units of the file; undefined where a mask has no such channel. */
export function planeOf(raw: RawMask, channel: MaskReading['channel']): Plane | undefined {
  const { samples, channels, hasAlpha } = raw;
  const colours = channels - (hasAlpha ? 1 : 0);
  if (channel === 'alpha' || channel === 'cutout') return hasAlpha ? take(raw, colours) : undefined;
  if (channel === 'index')
    return raw.indices() ?? (colours === 1 && isIndexed(raw) ? single(raw) : undefined);
  if (colours === 1) return single(raw);
  const at = ['red', 'green', 'blue'].indexOf(channel);
  if (at >= 0) return take(raw, at);
  if (channel === 'any') return every(raw, (p) => Math.max(samples[p], samples[p + 1], samples[p + 2]));
  const shift = samples instanceof Float32Array ? 0 : 0.5;
  // Pillow's luma (ITU-R 601), at the depth of the file.
  return every(
    raw,
    (p) => (samples[p] * 19595 + samples[p + 1] * 38470 + samples[p + 2] * 7471) / 65536 + shift,
  );
}

/** A grey file has no palette, and its values are what an index would be. */
function isIndexed({ header }: RawMask): boolean {
  return header.colour === 'grey' || header.colour === 'unknown';
}

function single(raw: RawMask): Plane {
  return raw.channels === 1 ? raw.samples : take(raw, 0);
}

function take({ samples, channels, width, height }: RawMask, offset: number): Plane {
  const plane = emptyLike(samples, width * height);
  for (let i = 0, at = offset; i < plane.length; i++, at += channels) plane[i] = samples[at];
  return plane;
}

function every({ samples, channels, width, height }: RawMask, of: (at: number) => number): Plane {
  const plane = emptyLike(samples, width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += channels) plane[i] = of(at);
  return plane;
}

function emptyLike(samples: Plane, length: number): Plane {
  if (samples instanceof Uint8Array) return new Uint8Array(length);
  return samples instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
}
