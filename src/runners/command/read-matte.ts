import { MaskbenchError } from '../../core/errors.js';
import type { GrayImage } from '../../image/raster.js';
import { decodeRawMask, type RawMask } from '../../image/raw-mask.js';
import { readMask } from '../../image/read-mask.js';

/**
 * What a program has written, as a matte: one channel, or of a cut-out its alpha, also where that is opaque everywhere.
 *
 * @param size of the picture, upright
 * @throws MaskbenchError `model.output` for a file that is not there, cannot be read, or is no matte of this picture.
 */
export async function readProgramMatte(
  path: string,
  size: { readonly width: number; readonly height: number },
): Promise<GrayImage> {
  const raw = await decodeRawMask(path).catch((cause: unknown) => {
    if (!(cause instanceof MaskbenchError)) throw cause;
    const message =
      cause.code === 'data.missing'
        ? 'the program said that it is done, and wrote no matte'
        : `the program's matte cannot be read: ${cause.message}`;
    throw new MaskbenchError('model.output', message, { cause });
  });
  const { width, height } = raw;
  if (width !== size.width || height !== size.height) {
    throw new MaskbenchError(
      'model.output',
      `the program's matte is ${width} x ${height}, its picture upright ${size.width} x ${size.height}`,
    );
  }
  const matte = readMask(raw, { as: 'opacity', channel: raw.hasAlpha ? 'alpha' : 'grey' });
  if (matte !== undefined && (raw.hasAlpha || isGrey(raw))) return matte;
  throw new MaskbenchError('model.output', "the program's matte has colours and no alpha", {
    remedy: 'expected one channel, or a cut-out whose alpha is the matte',
  });
}

/** Whether there is one channel, or three that agree. */
function isGrey({ samples, channels }: RawMask): boolean {
  if (channels < 3) return true;
  for (let i = 0; i < samples.length; i += channels)
    if (samples[i] !== samples[i + 1] || samples[i] !== samples[i + 2]) return false;
  return true;
}
