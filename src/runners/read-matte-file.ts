import { stat } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { readImageSize } from '../image/codec.js';
import type { GrayImage } from '../image/raster.js';
import { decodeRawMask, type RawMask } from '../image/raw-mask.js';
import { readMask } from '../image/read-mask.js';

/** How a picture that somebody else made becomes a matte. */
export type MatteOf =
  /** One channel, or of a cut-out its alpha, also where that is opaque everywhere. */
  | 'grey-or-alpha'
  | 'alpha'
  | 'luma'
  /** All that is not of a colour, each of its three channels within the tolerance. */
  | { readonly key: readonly [number, number, number]; readonly tolerance: number };

/**
 * What a program or a service has made, as a matte.
 *
 * @param size of the picture, upright
 * @param whose in words: `the program`
 * @throws MaskbenchError `model.output` for a file that is not there, cannot be read, or is no matte of this picture.
 */
export async function readMatteFile(
  path: string,
  size: { readonly width: number; readonly height: number },
  whose: string,
  how: MatteOf = 'grey-or-alpha',
): Promise<GrayImage> {
  // A folder cannot be read, and a pipe would be waited for.
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => true,
  );
  if (!isFile) throw new MaskbenchError('model.output', `${whose}'s matte is no file`);
  const told = (cause: unknown): never => {
    if (!(cause instanceof MaskbenchError)) throw cause;
    const message =
      cause.code === 'data.missing'
        ? `${whose} wrote no matte, and told of no failure`
        : `${whose}'s matte cannot be read: ${cause.message}`;
    throw new MaskbenchError('model.output', message, { cause });
  };
  // By its header: one of a wrong size may be as large as it likes.
  const { width, height } = await readImageSize(path).catch(told);
  if (width !== size.width || height !== size.height) {
    throw new MaskbenchError(
      'model.output',
      `${whose}'s matte is ${width} x ${height}, its picture upright ${size.width} x ${size.height}`,
    );
  }
  const raw = await decodeRawMask(path).catch(told);
  const matte = matteIn(raw, how);
  if (matte !== undefined) return matte;
  throw new MaskbenchError(
    'model.output',
    `${whose}'s matte has ${how === 'alpha' ? 'no alpha' : 'colours and no alpha'}`,
    { remedy: `expected ${how === 'alpha' ? '' : 'one channel, or '}a cut-out whose alpha is the matte` },
  );
}

function matteIn(raw: RawMask, how: MatteOf): GrayImage | undefined {
  if (typeof how === 'object') return keyed(raw, how);
  if (how === 'luma') return readMask(raw, { as: 'opacity', channel: 'luma' });
  if (raw.hasAlpha) return readMask(raw, { as: 'opacity', channel: 'alpha' });
  return how === 'grey-or-alpha' && isGrey(raw)
    ? readMask(raw, { as: 'opacity', channel: 'grey' })
    : undefined;
}

/** Whether there is one channel, or three that agree. */
function isGrey({ samples, channels }: RawMask): boolean {
  if (channels < 3) return true;
  for (let i = 0; i < samples.length; i += channels)
    if (samples[i] !== samples[i + 1] || samples[i] !== samples[i + 2]) return false;
  return true;
}

function keyed(
  { samples, channels, hasAlpha, full, width, height }: RawMask,
  { key, tolerance }: Extract<MatteOf, object>,
): GrayImage {
  const data = new Uint8Array(width * height);
  // Of a grey picture all three colours are its one.
  const last = channels - (hasAlpha ? 1 : 0) - 1;
  const isOff = (pixel: number): boolean =>
    key.some((level, colour) => {
      const value = (samples[pixel * channels + Math.min(colour, last)] / full) * 255;
      return Math.abs(value - level) > tolerance + 0.5;
    });
  for (let pixel = 0; pixel < data.length; pixel++) if (isOff(pixel)) data[pixel] = 255;
  return { width, height, data };
}
