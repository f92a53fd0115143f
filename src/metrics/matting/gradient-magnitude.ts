import type { GrayImage } from '../../image/raster.js';
import { findBusyTiles, TILE } from './uniform-tiles.js';

const KERNEL = gaussianKernel(1.4);
const RADIUS = KERNEL.radius;
const WINDOW = TILE + 2 * RADIUS;

/** The gradient's magnitude of an image, kept for the tiles where it is not zero. */
export interface GradientMagnitude {
  /** Tile by tile, row-major: where its TILE x TILE values start in `values`, or -1 for a tile of zeros. */
  readonly start: Int32Array;
  /** What lies beyond the image's right or bottom border is 0. */
  readonly values: Float32Array;
}

/**
 * Magnitude of the gradient of a matte in 0..1, by Gaussian derivatives of sigma 1.4, the border mirrored. Each filter
 * and each operation is rounded to single precision, as scipy's `gaussian_filter(..., output=float32)` and numpy do.
 *
 * @param ignored pixels whose magnitude is to be 0: where this is not 0
 */
export function gradientMagnitude(image: GrayImage, ignored?: Uint8Array): GradientMagnitude {
  const { width, height, data } = image;
  const { columns, rows, busy } = findBusyTiles(image);
  const start = new Int32Array(busy.length).fill(-1);
  const values = new Float32Array(busy.reduce((n, isBusy) => n + isBusy, 0) * TILE * TILE);
  const xAt = mirroredPositions(width, RADIUS);
  const yAt = mirroredPositions(height, RADIUS);
  const scratch = createScratch();
  let next = 0;
  for (let row = 0, tile = 0; row < rows; row++) {
    const tileHeight = Math.min(TILE, height - row * TILE);
    for (let column = 0; column < columns; column++, tile++) {
      if (busy[tile] === 0) continue;
      const tileWidth = Math.min(TILE, width - column * TILE);
      const windowWidth = tileWidth + 2 * RADIUS;
      for (let y = 0, to = 0; y < tileHeight + 2 * RADIUS; y++, to += WINDOW) {
        const line = yAt[row * TILE + y] * width;
        for (let x = 0; x < windowWidth; x++) {
          scratch.window[to + x] = ALPHA[data[line + xAt[column * TILE + x]]];
        }
      }
      filterColumns(scratch, windowWidth, tileHeight);
      filterRows(scratch, values, next, tileWidth, tileHeight);
      start[tile] = next;
      next += TILE * TILE;
    }
  }
  if (ignored !== undefined) {
    for (let i = 0; i < ignored.length; i++) {
      if (ignored[i] === 0) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      const from = start[Math.floor(y / TILE) * columns + Math.floor(x / TILE)];
      if (from >= 0) values[from + (y % TILE) * TILE + (x % TILE)] = 0;
    }
  }
  return { start, values };
}

const ALPHA = Float64Array.from({ length: 256 }, (_, v) => v / 255);

interface Scratch {
  /** A tile and RADIUS pixels around it, rows WINDOW apart. */
  readonly window: Float64Array;
  /** Filtered down the columns: TILE rows, WINDOW apart, the first of which belongs to the tile's first row. */
  readonly smoothed: Float32Array;
  readonly derived: Float32Array;
}

function createScratch(): Scratch {
  return {
    window: new Float64Array(WINDOW * WINDOW),
    smoothed: new Float32Array(TILE * WINDOW),
    derived: new Float32Array(TILE * WINDOW),
  };
}

const [S0, S1, S2, S3, S4, S5, S6] = KERNEL.smooth;
const [, D1, D2, D3, D4, D5, D6] = KERNEL.derivative;

// The taps are written out, since a loop over them costs several times as much; from the outside in, as scipy adds.
function smooth(p0: number, p1: number, p2: number, p3: number, p4: number, p5: number, p6: number): number {
  return p0 * S0 + p6 * S6 + p5 * S5 + p4 * S4 + p3 * S3 + p2 * S2 + p1 * S1;
}

function derive(p1: number, p2: number, p3: number, p4: number, p5: number, p6: number): number {
  return p6 * D6 + p5 * D5 + p4 * D4 + p3 * D3 + p2 * D2 + p1 * D1;
}

function filterColumns({ window: w, smoothed, derived }: Scratch, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0, to = y * WINDOW, i = to + RADIUS * WINDOW; x < width; x++, to++, i++) {
      const a1 = w[i - WINDOW];
      const b1 = w[i + WINDOW];
      const a2 = w[i - 2 * WINDOW];
      const b2 = w[i + 2 * WINDOW];
      const a3 = w[i - 3 * WINDOW];
      const b3 = w[i + 3 * WINDOW];
      const a4 = w[i - 4 * WINDOW];
      const b4 = w[i + 4 * WINDOW];
      const a5 = w[i - 5 * WINDOW];
      const b5 = w[i + 5 * WINDOW];
      const a6 = w[i - 6 * WINDOW];
      const b6 = w[i + 6 * WINDOW];
      smoothed[to] = smooth(w[i], a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6);
      derived[to] = derive(b1 - a1, b2 - a2, b3 - a3, b4 - a4, b5 - a5, b6 - a6);
    }
  }
}

function filterRows(
  { smoothed: s, derived: d }: Scratch,
  out: Float32Array,
  start: number,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0, to = start + y * TILE, i = y * WINDOW + RADIUS; x < width; x++, to++, i++) {
      const across = derive(
        s[i + 1] - s[i - 1],
        s[i + 2] - s[i - 2],
        s[i + 3] - s[i - 3],
        s[i + 4] - s[i - 4],
        s[i + 5] - s[i - 5],
        s[i + 6] - s[i - 6],
      );
      const down = smooth(
        d[i],
        d[i - 1] + d[i + 1],
        d[i - 2] + d[i + 2],
        d[i - 3] + d[i + 3],
        d[i - 4] + d[i + 4],
        d[i - 5] + d[i + 5],
        d[i - 6] + d[i + 6],
      );
      out[to] = Math.sqrt(Math.fround(square(Math.fround(down)) + square(Math.fround(across))));
    }
  }
}

function square(single: number): number {
  return Math.fround(single * single);
}

/** Half of a sampled Gaussian and of its first derivative: the weights at offsets 0..radius. */
interface GaussianKernel {
  readonly radius: number;
  /** Normalised to a sum of 1 over both sides; even. */
  readonly smooth: Float64Array;
  /** `x / sigma^2` times `smooth`; odd: negated at -x. */
  readonly derivative: Float64Array;
}

/** Cut off at 4 sigma, rounded, as scipy.ndimage's `gaussian_filter1d` does by default. */
function gaussianKernel(sigma: number): GaussianKernel {
  const radius = Math.floor(4 * sigma + 0.5);
  const taps = Float64Array.from({ length: radius + 1 }, (_, x) => Math.exp((-0.5 / sigma ** 2) * x ** 2));
  const sum = 2 * taps.reduce((total, weight) => total + weight, 0) - taps[0];
  for (let x = 0; x <= radius; x++) taps[x] /= sum;
  return { radius, smooth: taps, derivative: taps.map((weight, x) => (x / sigma ** 2) * weight) };
}

/** For positions -radius .. length - 1 + radius, the position inside that mirrors it about the border (d c b a | a b c d). */
function mirroredPositions(length: number, radius: number): Int32Array {
  const period = 2 * length;
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => {
    const folded = (((i - radius) % period) + period) % period;
    return folded < length ? folded : period - 1 - folded;
  });
}
