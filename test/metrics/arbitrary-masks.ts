import * as fc from 'fast-check';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { DEFAULT_CONVENTIONS, type Conventions, type Pair } from '../../src/metrics/metric.js';

export interface ImagePair {
  readonly prediction: GrayImage;
  readonly truth: GrayImage;
}

const SIDE = fc.integer({ min: 1, max: 13 });
const BINARY = fc.constantFrom(0, 255);
const AROUND_THE_THRESHOLD = fc.constantFrom(0, 127, 128, 129, 255);
const ANY = fc.integer({ min: 0, max: 255 });

/** Two images of one size, 1 x 1 to 13 x 13: binary, at the border of the thresholds, of one value, or anything. */
export const imagePairs: fc.Arbitrary<ImagePair> = sized((width, height) =>
  fc.record({ prediction: image(width, height), truth: image(width, height) }),
);

/** Likewise, of values 0 and 255 alone. */
export const binaryPairs: fc.Arbitrary<ImagePair> = sized((width, height) =>
  fc.record({ prediction: imageOf(width, height, BINARY), truth: imageOf(width, height, BINARY) }),
);

/** One image of any kind. */
export const images: fc.Arbitrary<GrayImage> = sized(image);

export function pairOf(
  { prediction, truth }: ImagePair,
  conventions: Conventions = DEFAULT_CONVENTIONS,
): Pair {
  return createPair(prediction, createTruth(truth), conventions);
}

/** An image of rows of numbers, e.g. `gray([[0, 255]])`. */
export function gray(rows: readonly (readonly number[])[]): GrayImage {
  return { width: rows[0].length, height: rows.length, data: Uint8Array.from(rows.flat()) };
}

export function filled(width: number, height: number, value: number): GrayImage {
  return { width, height, data: new Uint8Array(width * height).fill(value) };
}

export function inverted({ width, height, data }: GrayImage): GrayImage {
  return { width, height, data: data.map((v) => 255 - v) };
}

export function flipped({ width, height, data }: GrayImage): GrayImage {
  return { width, height, data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)]) };
}

export function transposed({ width, height, data }: GrayImage): GrayImage {
  const turned = data.map((_, i) => data[(i % height) * width + Math.floor(i / height)]);
  return { width: height, height: width, data: turned };
}

function sized<T>(make: (width: number, height: number) => fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.tuple(SIDE, SIDE).chain(([width, height]) => make(width, height));
}

function image(width: number, height: number): fc.Arbitrary<GrayImage> {
  return fc.oneof(
    imageOf(width, height, BINARY),
    imageOf(width, height, AROUND_THE_THRESHOLD),
    imageOf(width, height, ANY),
    ANY.map((value) => filled(width, height, value)),
  );
}

function imageOf(width: number, height: number, values: fc.Arbitrary<number>): fc.Arbitrary<GrayImage> {
  const length = width * height;
  return fc
    .array(values, { minLength: length, maxLength: length })
    .map((data) => ({ width, height, data: Uint8Array.from(data) }));
}
