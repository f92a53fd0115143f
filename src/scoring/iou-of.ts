import { isDefined } from '../schema/metric-value.js';
import type { GrayImage, MaskImage } from '../image/raster.js';
import { fixedConfusion } from '../metrics/confusion.js';
import { createPair, createTruth } from '../metrics/context.js';
import { iou } from '../metrics/fixed/overlap.js';

/**
 * The `fixed` protocol's IoU of one matte, two empty masks counting as 1; null where it is undefined.
 *
 * @throws MaskbenchError `data.size-mismatch`, or `data.empty` where every pixel of the ground truth is ignored.
 */
export function iouOf(matte: GrayImage, truth: MaskImage, threshold: number): number | null {
  const pair = createPair(matte, createTruth(truth), { threshold, empty: 'one' });
  const value = iou(pair.get(fixedConfusion), 'one');
  return isDefined(value) ? value : null;
}
