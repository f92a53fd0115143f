import { stat } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { MaskbenchError } from '../core/errors.js';
import type { GrayImage, RgbImage } from './raster.js';

// One image is decoded per call; parallelism belongs to the callers, who know how many cores they may use.
sharp.concurrency(1);
sharp.cache(false);

/**
 * What Pillow's `Image.open(path)`, `exif_transpose`, `convert("RGB")` give: EXIF orientation applied, the ICC
 * profile and the alpha channel ignored, grey repeated over three channels, CMYK multiplied out. 16 bit keeps its high
 * byte (where Pillow turns 16-bit grey white).
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function decodeRgb(path: string): Promise<RgbImage> {
  return decoding(path, async () => {
    const source = open(path);
    if ((await source.metadata()).space === 'cmyk') return decodeCmyk(path);
    const { data, info } = await source
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: bytes(data) };
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
  return decoding(path, async () => {
    const { data, info } = await open(path).raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
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

/** Lossless 8-bit grey PNG. */
export async function encodeMattePng({ width, height, data }: GrayImage): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 4, adaptiveFiltering: false })
    .toBuffer();
}

/** How visible the compression of a picture's preview is, 1..100. */
const PREVIEW_QUALITY = 80;

/**
 * A picture as `decodeRgb` gives it, resized to a preview and compressed as WebP with little loss.
 *
 * @throws MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file.
 */
export async function encodePicturePreview(path: string, width: number, height: number): Promise<Uint8Array> {
  return decoding(path, async () => {
    const source = open(path);
    const { space } = await source.metadata();
    const upright = space === 'cmyk' ? fromRgb(await decodeCmyk(path)) : source.removeAlpha();
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
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear' })
    .toColourspace('b-w')
    .png({ compressionLevel: 6, adaptiveFiltering: true })
    .toBuffer();
}

function fromRgb({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Width and height after EXIF orientation, from the header alone. */
export async function readImageSize(
  path: string,
): Promise<{ readonly width: number; readonly height: number }> {
  return decoding(path, async () => {
    const { autoOrient } = await open(path).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  });
}

/** How a file stores its pixels, from its header. */
export interface StoredPixels {
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
  return decoding(path, async () => {
    const { format, autoOrient, channels, hasAlpha, depth, bitsPerSample } = await open(path).metadata();
    return {
      format,
      width: autoOrient.width,
      height: autoOrient.height,
      colour: channels - (hasAlpha ? 1 : 0) === 1 ? 'grey' : 'colour',
      hasAlpha,
      bits: bitsPerSample ?? { uchar: 8, ushort: 16, float: 32 }[String(depth)] ?? 8,
    };
  });
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
  const resized = await sharp(data, { raw: { width, height, channels } })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return bytes(resized);
}

/** A picture's decoder; see `decoding` for what it throws. */
export function open(path: string): Sharp {
  return sharp(path, { failOn: 'error', limitInputPixels: false, ignoreIcc: true }).autoOrient();
}

/** libvips would convert by a press profile of its own; Pillow, and so rembg, by plain arithmetic. */
export async function decodeCmyk(path: string): Promise<RgbImage> {
  const { data, info } = await open(path)
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const count = info.width * info.height;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, p = 0, q = 0; i < count; i++, p += info.channels, q += 3) {
    const light = 255 - data[p + 3];
    for (let c = 0; c < 3; c++) {
      const ink = data[p + c] * light + 128;
      rgb[q + c] = light - (((ink >> 8) + ink) >> 8);
    }
  }
  return { width: info.width, height: info.height, data: rgb };
}

function matteChannel(pixels: Uint8Array, count: number, channels: number): Uint8Array {
  if (channels === 1) return pixels;
  const out = new Uint8Array(count);
  if (channels === 2 || channels === 4) {
    let opaque = true;
    for (let i = 0, p = channels - 1; i < count; i++, p += channels) {
      out[i] = pixels[p];
      if (pixels[p] !== 255) opaque = false;
    }
    if (!opaque) return out;
  }
  for (let i = 0, p = 0; i < count; i++, p += channels) {
    out[i] =
      channels === 2
        ? pixels[p]
        : (pixels[p] * 19595 + pixels[p + 1] * 38470 + pixels[p + 2] * 7471 + 0x8000) >> 16;
  }
  return out;
}

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Runs a decoder; what it throws becomes a MaskbenchError `data.missing`, `data.empty` or `data.unreadable`, naming the file. */
export async function decoding<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw await explainUnreadable(path, cause);
  }
}

async function explainUnreadable(path: string, cause: unknown): Promise<MaskbenchError> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) {
    return new MaskbenchError('data.missing', 'no such file', { where: path, cause });
  }
  if (file.size === 0) {
    return new MaskbenchError('data.empty', 'the file is empty (0 bytes)', {
      where: path,
      remedy: 'expected an image',
      cause,
    });
  }
  const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  // libvips keeps one error text for all threads; when two files fail at once, one of them may find it gone.
  const detail = message === '' || message === 'Unknown error' ? 'damaged' : message;
  return new MaskbenchError('data.unreadable', `not a readable image (${detail})`, {
    where: path,
    remedy: 'expected an undamaged PNG, JPEG, WebP, TIFF, GIF or AVIF file',
    cause,
  });
}

/** An SVG picture as PNG, `scale` pixels to its unit; text is set in the system's fonts. */
export async function rasterizeSvg(svg: string, scale: number): Promise<Uint8Array> {
  return await sharp(Buffer.from(svg), { density: 72 * scale })
    .png()
    .toBuffer();
}
