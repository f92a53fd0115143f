import { packAtLeast, type BitMask } from './bit-mask.js';
import type { GrayImage, MaskImage } from './raster.js';

/** The pixels of a ground truth that count nowhere; at least one. */
export interface IgnoredPixels {
  readonly count: number;
  /** Not 0 where a pixel is ignored; row-major, as long as the image's data. */
  readonly at: Uint8Array;
  readonly mask: BitMask;
}

/** The ignored pixels of a ground truth; undefined where there are none. */
export function ignoredPixels({ width, height, ignore }: MaskImage): IgnoredPixels | undefined {
  const count = ignore?.reduce((n, value) => (value === 0 ? n : n + 1), 0) ?? 0;
  if (ignore === undefined || count === 0) return undefined;
  return { count, at: ignore, mask: packAtLeast({ width, height, data: ignore }, 1) };
}

/**
 * The image with background where a pixel is ignored. Every metric sees both its images so: what was there can change no
 * number, and where pixels are counted, the ignored ones are among those that are 0 in both.
 */
export function blankIgnored(image: GrayImage, ignored: IgnoredPixels | undefined): GrayImage {
  if (ignored === undefined) return image;
  const { width, height } = image;
  return { width, height, data: image.data.map((value, i) => (ignored.at[i] === 0 ? value : 0)) };
}

/** The values of the pixels that count, in their order. */
export function countedValues({ data }: GrayImage, ignored: IgnoredPixels | undefined): Uint8Array {
  return ignored === undefined ? data : data.filter((_, i) => ignored.at[i] === 0);
}
