import { erodeSquare } from '../../../image/erode-square.js';
import { packAtLeast, unpackBits } from '../../../image/bit-mask.js';
import type { GrayImage } from '../../../image/raster.js';
import type { Random } from '../../../stats/random.js';

const WIDTH = 96;
const HEIGHT = 72;

interface GeneratedPair {
  readonly truth: GrayImage;
  readonly prediction: GrayImage;
}

/** An ellipse for a ground truth, and what a good model might make of it: a little off in place and size. */
export function generatePair(random: Random): GeneratedPair {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const ellipse = {
    x: between(36, 60),
    y: between(28, 44),
    a: between(20, 32),
    b: between(16, 26),
  };
  // one image in twelve is hard
  const off = random.below(12) === 0 ? 3 : 0.6;
  const seen = {
    x: ellipse.x + off * random.normal(),
    y: ellipse.y + off * random.normal(),
    a: ellipse.a * (1 + (off / 40) * random.normal()),
    b: ellipse.b * (1 + (off / 40) * random.normal()),
  };
  return { truth: draw(ellipse), prediction: draw(seen) };
}

interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
}

function draw({ x, y, a, b }: Ellipse): GrayImage {
  const data = new Uint8Array(WIDTH * HEIGHT);
  for (let v = 0; v < HEIGHT; v++) {
    for (let u = 0; u < WIDTH; u++) {
      if (((u - x) / a) ** 2 + ((v - y) / b) ** 2 <= 1) data[v * WIDTH + u] = 255;
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

/** The mask without the `pixels` outermost ones. */
export function eroded(mask: GrayImage, pixels: number): GrayImage {
  const bits = erodeSquare(packAtLeast(mask, 128), pixels);
  return { ...mask, data: unpackBits(bits).map((bit) => bit * 255) };
}

/** A model that saw nothing. */
export function emptied(mask: GrayImage): GrayImage {
  return { ...mask, data: new Uint8Array(mask.data.length) };
}

/** The mask without a share of its foreground, taken from the top. */
export function shaved(mask: GrayImage, share: number): GrayImage {
  const foreground = mask.data.reduce((sum, value) => sum + (value >= 128 ? 1 : 0), 0);
  let left = Math.round(foreground * share);
  const data = mask.data.map((value) => (value >= 128 && left-- > 0 ? 0 : value));
  return { ...mask, data };
}
