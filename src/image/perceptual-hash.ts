import type { RgbImage } from './raster.js';
import { resamplePillow } from './resample-pillow.js';

/** Side of the picture that is transformed, and how many frequencies of each axis are kept. */
const SIDE = 32;
const KEPT = 8;
/** Coefficients of a picture with contrast reach hundreds; below this there is nothing to tell pictures apart by. */
const BLANK = 4;

/** 64 bits as two halves. */
export interface PerceptualHash {
  readonly high: number;
  readonly low: number;
}

/**
 * What a picture looks like in 64 bits (pHash): brightness at 32 x 32, its cosine transform, and for each of the 8 x 8
 * lowest frequencies (the constant ones left out) whether it lies above their median. Size, compression, brightness and
 * contrast hardly change it; cropping and mirroring do.
 *
 * @returns undefined for a picture without structure, which would look like every other one.
 */
export function perceptualHash({ width, height, data }: RgbImage): PerceptualHash | undefined {
  const small = resamplePillow(data, width, height, 3, SIDE, SIDE, 'bilinear');
  const luma = Float64Array.from(
    { length: SIDE * SIDE },
    (_, i) => 0.299 * small[3 * i] + 0.587 * small[3 * i + 1] + 0.114 * small[3 * i + 2],
  );
  const coefficients = lowFrequencies(luma);
  const sorted = [...coefficients].sort((a, b) => a - b);
  if (Math.max(-sorted[0], sorted[sorted.length - 1]) < BLANK) return undefined;
  const median = (sorted[31] + sorted[32]) / 2;
  let [high, low] = [0, 0];
  for (let i = 0; i < 32; i++) {
    high = (high << 1) | (coefficients[i] > median ? 1 : 0);
    low = (low << 1) | (coefficients[i + 32] > median ? 1 : 0);
  }
  return { high: high >>> 0, low: low >>> 0 };
}

/** How many of the 64 bits differ. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return bitCount(a.high ^ b.high) + bitCount(a.low ^ b.low);
}

function bitCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const COSINES: readonly Float64Array[] = Array.from({ length: KEPT }, (_, k) =>
  Float64Array.from({ length: SIDE }, (_value, x) =>
    Math.cos(((k + 1) * (2 * x + 1) * Math.PI) / (2 * SIDE)),
  ),
);

/** Frequencies 1..8 of both axes, row by row, of the orthonormal cosine transform. */
function lowFrequencies(luma: Float64Array): Float64Array {
  const rows = new Float64Array(KEPT * SIDE);
  for (let k = 0; k < KEPT; k++) {
    for (let y = 0; y < SIDE; y++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += luma[y * SIDE + x] * COSINES[k][x];
      rows[k * SIDE + y] = sum;
    }
  }
  const out = new Float64Array(KEPT * KEPT);
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += rows[u * SIDE + y] * COSINES[v][y];
      out[v * KEPT + u] = (sum * 2) / SIDE;
    }
  }
  return out;
}
