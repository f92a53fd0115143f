import { z } from 'zod';
import { count, figure, metricValue } from './basics.js';

/**
 * What is measured of a ground truth. Ratios that have no denominator where there is no foreground are undefined there;
 * counts are 0.
 */
export const measuredAttributes = z.object({
  /** Pixels. */
  width: count,
  /** Pixels. */
  height: count,
  /** Foreground pixels / pixels of the image (that count), 0..1. */
  foregroundShare: figure,
  /** Pixels with 0 < value < 255 / pixels of the image, 0..1; 0 for a binary mask. */
  translucentShare: figure,
  /** 8-connected components of the foreground. */
  components: count,
  /** Foreground pixels in the largest component / foreground pixels, above 0 to 1. */
  largestComponentShare: metricValue,
  /** C_num of DIS5K: outsides of components and rims of holes. */
  contours: count,
  /**
   * Isoperimetric quotient L^2 / (4 pi A) of DIS5K, from 0; 1.1 for a disc drawn in pixels, more for anything less
   * compact. L is the length of all contours through the centres of their pixels, with steps of 1 and sqrt 2, A the
   * number of foreground pixels.
   */
  ipq: metricValue,
  /** P_num of DIS5K: corners of the polygons that approximate the contours within 2 pixels. */
  dominantPoints: count,
  /**
   * Foreground pixels that an opening by a disc removes / foreground pixels, 0..1: how much of the object is narrower
   * than the disc. The disc's radius is 0.5 % of the image's diagonal, at least 1 pixel, so the share does not change
   * when the image is resized.
   */
  thinStructureShare: metricValue,
  /** Ignored pixels / pixels of the image, 0..1; absent where there are none. All that is counted above is of the others. */
  ignoredShare: z.exactOptional(figure),
});

/** What is measured of every ground truth, by name: no attribute of a dataset's own may be called so. */
export const MEASURED_ATTRIBUTES = [
  'width',
  'height',
  'megapixels',
  'foregroundShare',
  'translucentShare',
  'components',
  'largestComponentShare',
  'contours',
  'ipq',
  'dominantPoints',
  'thinStructureShare',
] as const;

/** `thin-structure-share` and `thinStructureShare` are the same attribute. */
export function sameName(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(name: string): string {
  return name.replaceAll(/[-_ ]/g, '').toLowerCase();
}
