import { MaskbenchError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { readChecked, type CheckedReading } from '../datasets/values/read-checked.js';
import { decodeMatte } from '../image/codec.js';
import type { GrayImage } from '../image/raster.js';
import { resizeOpencv } from '../image/resize-opencv.js';
import { createPair } from '../metrics/context.js';
import type { Conventions, Pair, Truth } from '../metrics/metric.js';

/** A matte of our own: of its pixels the digest that was written down when it was predicted. */
export interface OwnMatte {
  readonly matteSha256: string;
}

/**
 * Decodes a matte of a run.
 *
 * @throws MaskbenchError `matte.damaged` where it is missing, unreadable or not what was predicted; `data.too-large`.
 */
export async function readOwnMatte(path: string, { matteSha256 }: OwnMatte): Promise<GrayImage> {
  const damaged = (how: string, cause?: unknown): MaskbenchError =>
    new MaskbenchError('matte.damaged', `the matte ${how}`, {
      where: path,
      remedy: '--resume predicts it again',
      cause,
    });
  const matte = await decodeMatte(path).catch((cause: unknown) => {
    // A limit that is set now says nothing of the matte.
    if (cause instanceof MaskbenchError && cause.code === 'data.too-large') throw cause;
    throw damaged('is missing or cannot be read', cause);
  });
  if (sha256(matte.data) !== matteSha256) throw damaged('is not the one that was predicted');
  return matte;
}

/**
 * Decodes a prediction and sets it against a ground truth.
 *
 * @param resize whether a prediction of another size is resized as `cv2.resize` does by default, or is a failure
 * @param as how masks made elsewhere are read, or what a matte of a run must be; left out for any other matte
 * @throws MaskbenchError `data.*` or `matte.damaged`, naming the prediction's file.
 */
export async function loadPair(
  path: string,
  truth: Truth,
  conventions: Conventions,
  resize: boolean,
  as?: CheckedReading | OwnMatte,
): Promise<Pair> {
  const matte = await read(path, as);
  const { width, height } = truth.image;
  try {
    return createPair(resize ? resizeOpencv(matte, width, height) : matte, truth, conventions);
  } catch (error) {
    if (!(error instanceof MaskbenchError) || error.where !== undefined) throw error;
    throw new MaskbenchError(error.code, error.message, {
      where: path,
      cause: error,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    });
  }
}

async function read(path: string, as: CheckedReading | OwnMatte | undefined): Promise<GrayImage> {
  if (as === undefined) return decodeMatte(path);
  return 'matteSha256' in as ? readOwnMatte(path, as) : readChecked(path, as);
}
