import { countsByQuarter, sodHistogram, sodHistogramOf, type JointHistogram } from '../joint-histogram.js';
import type { Pair, PairIntermediate } from '../metric.js';
import { meanOfConstant } from './pairwise-sum.js';
import { stretch } from './stretch.js';

/** Weight of the object-aware part; the region-aware part has the rest. */
const ALPHA = 0.5;

/** Sums over one of the four regions into which the ground truth's centroid divides the image. */
interface Region {
  readonly pixels: number;
  /** Of the region; where some of its pixels are ignored, of one row of those that count. */
  readonly width: number;
  readonly height: number;
  /** Sum of the prediction's 8-bit values, of their squares, and of those where the ground truth is foreground. */
  readonly sum: number;
  readonly squares: number;
  readonly foregroundSum: number;
  readonly foreground: number;
}

/**
 * Structure measure (Fan et al. 2017) of the stretched prediction, 0..1. Ground truth empty: 1 - mean of the
 * prediction; full: its mean. A region without pixels has no weight (the reference's value is NaN there).
 */
export function sMeasure(pair: Pair): number {
  const { foregroundTotal, backgroundTotal } = pair.get(sodHistogram);
  if (foregroundTotal === 0) return 1 - meanLevel(pair, 'both');
  if (backgroundTotal === 0) return meanLevel(pair, 'both');
  const { object, region } = structureTerms(pair);
  return Math.max(0, object * ALPHA + region * (1 - ALPHA));
}

/** The two halves of the measure, each at most 1. Of a ground truth with foreground and background only. */
export function structureTerms(pair: Pair): { readonly object: number; readonly region: number } {
  return { object: objectScore(pair), region: regionScore(pair) };
}

function objectScore(pair: Pair): number {
  const { foregroundTotal, backgroundTotal } = pair.get(sodHistogram);
  const share = foregroundTotal / (foregroundTotal + backgroundTotal);
  const inside = likeness(meanLevel(pair, 'foreground'), deviation(pair, 'foreground'));
  const outside = likeness(1 - meanLevel(pair, 'background'), deviation(pair, 'background'));
  return inside * share + outside * (1 - share);
}

function likeness(mean: number, standardDeviation: number): number {
  return (2 * mean) / (mean * mean + 1 + standardDeviation + Number.EPSILON);
}

function meanLevel(pair: Pair, side: 'foreground' | 'background' | 'both'): number {
  const histogram = pair.get(sodHistogram);
  const { level, min, max } = pair.get(stretch);
  let sum = 0;
  let count = 0;
  for (let v = min; v <= max; v++) {
    const n = side === 'both' ? histogram.foreground[v] + histogram.background[v] : histogram[side][v];
    sum += n * level[v];
    count += n;
  }
  return sum / count;
}

/** Sample standard deviation (n - 1); of one pixel 0. */
function deviation(pair: Pair, side: 'foreground' | 'background'): number {
  const counts = pair.get(sodHistogram)[side];
  const { level, min, max } = pair.get(stretch);
  const mean = meanLevel(pair, side);
  let squares = 0;
  let count = 0;
  for (let v = min; v <= max; v++) {
    squares += counts[v] * (level[v] - mean) ** 2;
    count += counts[v];
  }
  return count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
}

function regionScore(pair: Pair): number {
  let score = 0;
  for (const region of pair.get(regions)) {
    if (region.pixels > 0) score += similarity(region, pair) * (region.pixels / pair.truth.pixels);
  }
  return score;
}

/** Structural similarity of one region without stabilising constants, -1..1. */
function similarity(region: Region, pair: Pair): number {
  const { min, max, level } = pair.get(stretch);
  const offset = max === min ? 0 : min;
  const scale = max === min ? 255 : max - min;
  const { pixels: n, sum, squares, foregroundSum, foreground } = region;
  const x = (sum - n * offset) / (n * scale);
  const y = foreground / n;
  const degrees = n - 1 + Number.EPSILON;
  const varianceX = centred(n, squares, sum, sum) / (n * degrees * scale * scale);
  const varianceY = centred(n, foreground, foreground, foreground) / (n * degrees);
  const covariance = centred(n, foregroundSum, sum, foreground) / (n * degrees * scale);
  const alpha = 4 * x * y * covariance;
  const beta = (x * x + y * y) * (varianceX + varianceY);
  if (alpha !== 0) return alpha / (beta + Number.EPSILON);
  if (beta !== 0) return 0;
  // Both are flat here, which is perfect likeness; unless the reference's mean of equal levels is a rounding off
  // them: then its variance is not zero and it finds no likeness at all.
  const flat = level[sum / n];
  const wholeRows = region.width === pair.truth.image.width;
  return meanOfConstant(flat, region.height, region.width, wholeRows) === flat ? 1 : 0;
}

/** n * products - a * b without rounding before the end: the two are alike where a region is almost flat. */
function centred(n: number, products: number, a: number, b: number): number {
  return Number(BigInt(n) * BigInt(products) - BigInt(a) * BigInt(b));
}

const regions: PairIntermediate<readonly Region[]> = {
  name: 'sums by region',
  compute: (pair) =>
    pair.get(countsByQuarter).map(({ counts, width, height, ignored }) => {
      const histogram = sodHistogramOf(counts, pair.conventions.threshold);
      return ignored === 0 ? sums(histogram, width, height) : sums(histogram, width * height - ignored, 1);
    }),
};

function sums({ foreground: inside, background }: JointHistogram, width: number, height: number): Region {
  let sum = 0;
  let squares = 0;
  let foregroundSum = 0;
  let foreground = 0;
  for (let v = 0; v < 256; v++) {
    const all = background[v] + inside[v];
    sum += all * v;
    squares += all * v * v;
    foregroundSum += inside[v] * v;
    foreground += inside[v];
  }
  return { pixels: width * height, width, height, sum, squares, foregroundSum, foreground };
}
