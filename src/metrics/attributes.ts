import type { MetricValue } from '../schema/metric-value.js';
import { approxPolyline } from '../image/approx-polyline.js';
import { countBits, difference, packAtLeast, type BitMask } from '../image/bit-mask.js';
import { labelComponents } from '../image/components.js';
import { findContours, type Contour } from '../image/contours.js';
import { openDisc } from '../image/morphology.js';
import type { GrayImage } from '../image/raster.js';
import type { IgnoredPixels } from '../image/ignored-pixels.js';
import { DEFAULT_CONVENTIONS, type TruthIntermediate } from './metric.js';

/** Tolerance of the polygons behind `dominantPoints`, in pixels; HCE's. */
const EPSILON = 2;
/** Width of the disc that a structure must hold not to be thin, as a share of the image's diagonal. */
const THIN_WIDTH = 0.01;

/**
 * How hard a ground truth is, in numbers to slice scores by. Foreground is `>= 128`. Ratios that have no denominator
 * where there is no foreground are undefined there; counts are 0.
 */
export interface TruthAttributes {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Foreground pixels / pixels of the image (that count), 0..1. */
  readonly foregroundShare: number;
  /** Pixels with 0 < value < 255 / pixels of the image, 0..1; 0 for a binary mask. */
  readonly translucentShare: number;
  /** 8-connected components of the foreground. */
  readonly components: number;
  /** Foreground pixels in the largest component / foreground pixels, above 0 to 1. */
  readonly largestComponentShare: MetricValue;
  /** C_num of DIS5K: outsides of components and rims of holes. */
  readonly contours: number;
  /**
   * Isoperimetric quotient L^2 / (4 pi A) of DIS5K, from 0; 1.1 for a disc drawn in pixels, more for anything less
   * compact. L is the length of all contours through the centres of their pixels, with steps of 1 and sqrt 2, A the
   * number of foreground pixels.
   */
  readonly ipq: MetricValue;
  /** P_num of DIS5K: corners of the polygons that approximate the contours within 2 pixels. */
  readonly dominantPoints: number;
  /**
   * Foreground pixels that an opening by a disc removes / foreground pixels, 0..1: how much of the object is narrower
   * than the disc. The disc's radius is 0.5 % of the image's diagonal, at least 1 pixel, so the share does not change
   * when the image is resized.
   */
  readonly thinStructureShare: MetricValue;
  /** Ignored pixels / pixels of the image, 0..1; absent where there are none. All that is counted above is of the others. */
  readonly ignoredShare?: number;
}

/** The attributes of a ground truth, shared by everything that asks for them. */
export const truthAttributes: TruthIntermediate<TruthAttributes> = {
  name: 'ground-truth attributes',
  compute: ({ image, ignored }) => measureTruth(image, ignored),
};

/** Measures a ground truth, which must have pixels that count, and be 0 where it is ignored. */
export function measureTruth(image: GrayImage, ignored?: IgnoredPixels): TruthAttributes {
  const { width, height } = image;
  const pixels = width * height - (ignored?.count ?? 0);
  const mask = packAtLeast(image, DEFAULT_CONVENTIONS.threshold);
  const contours = findContours(mask);
  const components = labelComponents(mask);
  const area = countBits(mask);
  const ofForeground = (amount: () => number): MetricValue =>
    area === 0 ? { undefined: 'the ground truth is empty' } : amount() / area;
  return {
    width,
    height,
    foregroundShare: area / pixels,
    translucentShare: countTranslucent(image.data) / pixels,
    components: components.count,
    largestComponentShare: ofForeground(() => largest(components.areas)),
    contours: contours.length,
    ipq: ofForeground(() => totalLength(contours) ** 2 / (4 * Math.PI)),
    dominantPoints: countCorners(contours),
    thinStructureShare: ofForeground(() => countThin(mask, ignored?.mask)),
    ...(ignored === undefined ? {} : { ignoredShare: ignored.count / (width * height) }),
  };
}

function countThin(mask: BitMask, outside: BitMask | undefined): number {
  const diagonal = Math.hypot(mask.width, mask.height);
  return countBits(difference(mask, openDisc(mask, Math.max(1, (diagonal * THIN_WIDTH) / 2), outside)));
}

function countCorners(contours: readonly Contour[]): number {
  let n = 0;
  for (const { points } of contours) n += approxPolyline(points, EPSILON, true).length >> 1;
  return n;
}

function totalLength(contours: readonly Contour[]): number {
  let straight = 0;
  let slanting = 0;
  for (const { points } of contours) {
    if (points.length === 2) continue;
    let x = points[points.length - 2];
    let y = points[points.length - 1];
    for (let k = 0; k < points.length; k += 2) {
      if (points[k] !== x && points[k + 1] !== y) slanting++;
      else straight++;
      x = points[k];
      y = points[k + 1];
    }
  }
  return straight + slanting * Math.SQRT2;
}

function countTranslucent(data: Uint8Array): number {
  let n = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0 && data[i] !== 255) n++;
  return n;
}

function largest(areas: Int32Array): number {
  let most = 0;
  for (let i = 0; i < areas.length; i++) if (areas[i] > most) most = areas[i];
  return most;
}
