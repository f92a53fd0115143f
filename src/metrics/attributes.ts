import type { Document } from '../schema/basics.js';
import type { MetricValue } from '../schema/metric-value.js';
import type { measuredAttributes } from '../schema/measured-attributes.js';
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
export type TruthAttributes = Document<typeof measuredAttributes>;

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
