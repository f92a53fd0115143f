import { readGifBackdrop, showBackdrop } from './gif-backdrop.js';
import { toEightBit, type PlainRaster } from './plain/raster.js';
import { readPlain } from './plain/read-plain.js';
import { MaskbenchError } from '../core/errors.js';
import { matteChannel, rgbOfCmyk } from './channels.js';
import type { GrayImage, RgbImage } from './raster.js';
import { storesYcc, yccToRgb } from './tiff-ycc.js';
import { sharp, type Metadata, type Raw, type Sharp } from './open-sharp.js';
import { mostPixels } from './pixel-limit.js';
import { explainUnreadable } from './unreadable.js';
import { onDisk } from '../core/objects/on-disk.js';

/** An image that libvips reads, before anything is done to it. */
export type ImageSource = Sharp;

/**
 * What Pillow's `Image.open(path)`, `exif_transpose`, `convert("RGB")` give: EXIF orientation applied, the ICC
 * profile and the alpha channel ignored, grey repeated over three channels, CMYK multiplied out. 16 bit keeps its high
 * byte (where Pillow turns 16-bit grey white). `node scripts/parity/pictures.mjs` holds every format against Pillow.
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function decodeRgb(path: string): Promise<RgbImage> {
  return decoding(path, async (source) => {
    const kind = await colourKind(path, await headerOf(source));
    if (kind === 'cmyk') return decodeCmyk(source);
    const upright = kind === 'gif' ? source : source.removeAlpha();
    const { data, info } = await upright.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = bytes(data);
    if (kind === 'ycc') yccToRgb(pixels, channels);
    if (kind !== 'gif') return { width, height, data: pixels };
    return { width, height, data: showBackdrop(pixels, width, channels, await readGifBackdrop(path)) };
  });
}

/**
 * A mask or matte of any depth and layout as 8-bit grey, EXIF orientation applied: 1 bit becomes 0 and 255, 16 bit
 * keeps its high byte, palettes are looked up, colour becomes Pillow's luma (ITU-R 601), and an alpha channel that is
 * not opaque everywhere is itself the matte (a cut-out).
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function decodeMatte(path: string): Promise<GrayImage> {
  return decoding(path, async (source) => {
    const { data, info } = await source.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels >= 3 && (await storesYcc(path))) yccToRgb(bytes(data), channels);
    return { width, height, data: matteChannel(bytes(data), width * height, channels) };
  });
}

/** A ground truth: a matte, where a maximum of 1 means that the file counts 0 and 1 (as the DIS loader reads it). */
export async function decodeTruth(path: string): Promise<GrayImage> {
  const matte = await decodeMatte(path);
  const { data } = matte;
  for (let i = 0; i < data.length; i++) if (data[i] > 1) return matte;
  return { ...matte, data: data.map((v) => v * 255) };
}

/** How visible the compression of a picture's preview is, 1..100. */
const PREVIEW_QUALITY = 80;

/**
 * A picture as `decodeRgb` gives it, resized to a preview and compressed as WebP with little loss.
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function encodePicturePreview(path: string, width: number, height: number): Promise<Uint8Array> {
  return decoding(path, async (source) => {
    const isPlain = (await colourKind(path, await headerOf(source))) === 'rgb';
    const upright = isPlain ? source.removeAlpha() : fromRgb(await decodeRgb(path));
    return upright
      .toColourspace('srgb')
      .resize(width, height, { fit: 'fill' })
      .webp({ quality: PREVIEW_QUALITY, smartSubsample: true })
      .toBuffer();
  });
}

/**
 * A matte resized by a kernel that never rings, so that nothing shows that is not there, as PNG: WebP without loss is a
 * tenth smaller and takes twenty times as long.
 */
export async function encodeMattePreview(
  { width, height, data }: GrayImage,
  toWidth: number,
  toHeight: number,
): Promise<Uint8Array> {
  return fromPixels(data, { width, height, channels: 1 })
    .toColourspace('b-w')
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear' })
    .toColourspace('b-w')
    .png({ compressionLevel: 6, adaptiveFiltering: true })
    .toBuffer();
}

function fromRgb({ width, height, data }: RgbImage): Sharp {
  return fromPixels(data, { width, height, channels: 3 });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Width and height after EXIF orientation, from the header alone.
 *
 * @param content its bytes, where they are read already
 */
export async function readImageSize(path: string, content?: Buffer): Promise<Size> {
  const sizeIn = async (source: Sharp): Promise<Size> => {
    const { autoOrient } = await headerOf(source);
    return { width: autoOrient.width, height: autoOrient.height };
  };
  // What a decoder does not make of the bytes alone, it and the other readers are asked by name, who say why.
  const ofContent = async (): Promise<Size | undefined> => content && (await sizeIn(open(content, false)));
  return (await ofContent().catch(() => undefined)) ?? (await decoding(path, sizeIn, false));
}

/** How a file stores its pixels, from its header. */
interface StoredPixels {
  /** E.g. `png`. */
  readonly format: string;
  /** After EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly colour: 'grey' | 'colour';
  readonly hasAlpha: boolean;
  /** A channel. */
  readonly bits: number;
}

/** @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file. */
export async function readStoredPixels(path: string): Promise<StoredPixels> {
  const storedIn = async (source: Sharp, plain?: PlainRaster): Promise<StoredPixels> => {
    const { format, autoOrient, channels, hasAlpha, depth, bitsPerSample } = await headerOf(source);
    return {
      format: plain?.format ?? format,
      width: autoOrient.width,
      height: autoOrient.height,
      colour: channels - (hasAlpha ? 1 : 0) === 1 ? 'grey' : 'colour',
      hasAlpha,
      bits: plain?.bits ?? bitsPerSample ?? { uchar: 8, ushort: 16, float: 32 }[String(depth)] ?? 8,
    };
  };
  return decoding(path, storedIn, false);
}

/** libvips' lanczos3, stretched to the size given; not Pillow's (docs/design.md has the difference in figures). */
export async function resizeWithLibvips(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 3,
  toWidth: number,
  toHeight: number,
): Promise<Uint8Array> {
  const resized = await fromPixels(data, { width, height, channels })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return bytes(resized);
}

/** A picture's decoder, of a file or of its bytes; see `decoding` for what it throws. */
function open(file: string | Buffer, limitInputPixels: number | false): Sharp {
  return sharp(file, { failOn: 'error', limitInputPixels, ignoreIcc: true }).autoOrient();
}

/** Pixels that are in memory already; sharp's own limit is for files. */
function fromPixels(data: Uint8Array, raw: Raw): Sharp {
  return sharp(data, { raw, limitInputPixels: false });
}

function fromPlain(plain: PlainRaster): Sharp {
  const { width, height } = plain;
  const { data, channels } = toEightBit(plain);
  return fromPixels(data, { width, height, channels }).autoOrient();
}

/** @throws Error for HEVC, of which libvips reads the header alone. */
async function headerOf(source: Sharp): Promise<Metadata> {
  const header = await source.metadata();
  if (header.compression === 'hevc') throw new Error('HEVC is not read here');
  return header;
}

/** How a file's colours come to RGB: as libvips gives them, or by arithmetic of our own. */
async function colourKind(
  path: string,
  { space, format }: Metadata,
): Promise<'rgb' | 'cmyk' | 'ycc' | 'gif'> {
  if (space === 'cmyk') return 'cmyk';
  if (format === 'tiff' && (await storesYcc(path))) return 'ycc';
  return format === 'gif' ? 'gif' : 'rgb';
}

/** libvips would convert by a press profile of its own; Pillow, and so rembg, by plain arithmetic. */
export async function decodeCmyk(source: Sharp): Promise<RgbImage> {
  const { data, info } = await source
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgb = rgbOfCmyk(data, info.width * info.height, info.channels);
  return { width: info.width, height: info.height, data: rgb };
}

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/**
 * Works on what sharp reads, or else on what the readers of plain formats read; what is thrown becomes a MaskbenchError
 * `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 *
 * @param limit of pixels; none for who reads the header alone, so that a plan is the same under any
 */
export async function decoding<T>(
  path: string,
  work: (source: Sharp, plain?: PlainRaster) => Promise<T>,
  limit: number | false = mostPixels(),
): Promise<T> {
  try {
    return await work(open(await onDisk(path), limit));
  } catch (cause) {
    if (cause instanceof MaskbenchError) throw cause;
    try {
      const plain = await readPlain(path);
      if (plain !== undefined) return await work(fromPlain(plain), plain);
    } catch (plainCause) {
      throw await explainUnreadable(path, plainCause);
    }
    throw await explainUnreadable(path, cause);
  }
}

/** An SVG picture as PNG, `scale` pixels to its unit; text is set in the system's fonts. */
export async function rasterizeSvg(svg: string, scale: number): Promise<Uint8Array> {
  return await sharp(Buffer.from(svg), { density: 72 * scale })
    .png()
    .toBuffer();
}
