import { MaskbenchError } from '../core/errors.js';
import { readChecked, type CheckedReading } from '../datasets/values/read-checked.js';
import { decodeRgb } from '../image/codec.js';
import { createTruth } from '../metrics/context.js';
import type { Metric, Truth } from '../metrics/metric.js';

/**
 * Decodes a ground truth and, where one of the metrics needs its colours, the image.
 *
 * @throws MaskbenchError `data.*`, naming the file; `data.values` where it contradicts how all of them are read; also where a picture is needed and there is none.
 */
export async function loadTruth(
  truthPath: string,
  reading: CheckedReading,
  metrics: readonly Metric[],
  imagePath: string | undefined,
): Promise<Truth> {
  const truth = await readChecked(truthPath, reading);
  if (!metrics.some(({ meta }) => meta.needsPicture)) return createTruth(truth);
  if (imagePath === undefined) {
    throw new MaskbenchError('data.missing', 'there is no picture of this ground truth', {
      where: truthPath,
    });
  }
  const picture = await decodeRgb(imagePath);
  try {
    return createTruth(truth, picture);
  } catch (error) {
    if (!(error instanceof MaskbenchError)) throw error;
    throw new MaskbenchError(error.code, error.message, { where: imagePath, cause: error });
  }
}
