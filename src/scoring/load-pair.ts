import { MaskbenchError } from '../core/errors.js';
import { readChecked, type CheckedReading } from '../datasets/values/read-checked.js';
import { decodeMatte } from '../image/codec.js';
import { resizeOpencv } from '../image/resize-opencv.js';
import { createPair } from '../metrics/context.js';
import type { Conventions, Pair, Truth } from '../metrics/metric.js';

/**
 * Decodes a prediction and sets it against a ground truth.
 *
 * @param resize whether a prediction of another size is resized as `cv2.resize` does by default, or is a failure
 * @param reading how masks made elsewhere are read; left out for mattes of our own
 * @throws MaskbenchError `data.*`, naming the prediction's file.
 */
export async function loadPair(
  path: string,
  truth: Truth,
  conventions: Conventions,
  resize: boolean,
  reading?: CheckedReading,
): Promise<Pair> {
  const matte = await (reading === undefined ? decodeMatte(path) : readChecked(path, reading));
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
