import { MaskbenchError } from '../core/errors.js';
import { assertUnchanged } from '../core/hash-file.js';
import { readChecked, type CheckedReading } from '../datasets/values/read-checked.js';
import { decodeRgb } from '../image/codec.js';
import { createTruth } from '../metrics/context.js';
import type { Metric, Truth } from '../metrics/metric.js';

/** What the files of a sample were when it was planned. */
export interface PlannedBytes {
  readonly truthSha256: string;
  readonly imageSha256: string;
}

/**
 * Decodes a ground truth and, where one of the metrics needs its colours, the image.
 *
 * @param planned where a score is bound to these bytes: others are refused
 * @throws MaskbenchError `data.*`, naming the file; `data.values` where it contradicts how all of them are read; also where a picture is needed and there is none.
 */
export async function loadTruth(
  truthPath: string,
  reading: CheckedReading,
  metrics: readonly Metric[],
  imagePath: string | undefined,
  planned?: PlannedBytes,
): Promise<Truth> {
  const truth = await readChecked(truthPath, reading);
  const needsPicture = metrics.some(({ meta }) => meta.needsPicture);
  const picturePath = needsPicture ? imagePath : undefined;
  if (needsPicture && picturePath === undefined) {
    throw new MaskbenchError('data.missing', 'this ground truth has no picture', {
      where: truthPath,
    });
  }
  const picture = picturePath === undefined ? undefined : await decodeRgb(picturePath);
  if (planned !== undefined) {
    await assertUnchanged(truthPath, planned.truthSha256);
    if (picturePath !== undefined) await assertUnchanged(picturePath, planned.imageSha256);
  }
  try {
    return createTruth(truth, picture);
  } catch (error) {
    if (!(error instanceof MaskbenchError)) throw error;
    const where = error.code === 'data.size-mismatch' ? (picturePath ?? truthPath) : truthPath;
    throw new MaskbenchError(error.code, error.message, { where, cause: error });
  }
}
