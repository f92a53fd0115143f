import { type ImagePair } from '../arbitrary-masks.js';

// The sod protocol as its papers write it, pixel by pixel and with no regard for time.

const EPS = Number.EPSILON;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Stretched levels, 0..1. */
  readonly p: readonly number[];
  readonly g: readonly (0 | 1)[];
}

export function pixelsOf({ prediction, truth }: ImagePair): Pixels {
  const values = [...prediction.data].map((v) => v / 255);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    width: truth.width,
    height: truth.height,
    p: high === low ? values : values.map((v) => (v - low) / (high - low)),
    g: [...truth.data].map((v) => (v > 128 ? 1 : 0)),
  };
}

export function slowMae({ p, g }: Pixels): number {
  return mean(p.map((level, i) => Math.abs(level - g[i])));
}

/** One binary prediction for each of the 256 thresholds. */
export function thresholded({ p }: Pixels): readonly (readonly boolean[])[] {
  return Array.from({ length: 256 }, (_, t) => p.map((level) => Math.trunc(level * 255) >= t));
}

export function slowF(binary: readonly boolean[], { g }: Pixels): number {
  const hits = binary.filter((b, i) => b && g[i] === 1).length;
  if (hits === 0) return 0;
  const precision = hits / binary.filter(Boolean).length;
  const recall = hits / g.filter((v) => v === 1).length;
  return (1.3 * precision * recall) / (0.3 * precision + recall);
}

export function slowE(binary: readonly boolean[], { g }: Pixels): number {
  const n = g.length;
  const b = binary.map(Number);
  const foreground = g.filter((v) => v === 1).length;
  if (foreground === 0) return b.filter((v) => v === 0).length / (n - 1 + EPS);
  if (foreground === n) return b.filter((v) => v === 1).length / (n - 1 + EPS);
  const [meanB, meanG] = [mean(b), mean(g)];
  const enhanced = b.map((v, i) => {
    const [x, y] = [v - meanB, g[i] - meanG];
    return ((2 * x * y) / (x * x + y * y + EPS) + 1) ** 2 / 4;
  });
  return enhanced.reduce((a, v) => a + v, 0) / (n - 1 + EPS);
}

/** Undefined where a region is of one grey in the prediction and of one class in the truth: rounding decides there. */
export function slowS(pixels: Pixels): number | undefined {
  const { width, height, p, g } = pixels;
  const share = mean(g);
  if (share === 0) return 1 - mean(p);
  if (share === 1) return mean(p);
  const object =
    likeness(p.filter((_, i) => g[i] === 1)) * share +
    likeness(p.filter((_, i) => g[i] === 0).map((level) => 1 - level)) * (1 - share);
  const foreground = [...g.keys()].filter((i) => g[i] === 1);
  const cx = roundHalfEven(mean(foreground.map((i) => i % width))) + 1;
  const cy = roundHalfEven(mean(foreground.map((i) => Math.floor(i / width)))) + 1;
  const scores = [0, 1, 2, 3].map((quadrant) => {
    const inside = [...g.keys()].filter(
      (i) => i % width >= cx === (quadrant % 2 === 1) && Math.floor(i / width) >= cy === quadrant >= 2,
    );
    if (inside.length === 0) return 0;
    const score = likenessOfRegion(
      inside.map((i) => p[i]),
      inside.map((i) => g[i]),
    );
    return score === undefined ? undefined : (score * inside.length) / (width * height);
  });
  if (!scores.every((score) => score !== undefined)) return undefined;
  return Math.max(0, 0.5 * object + 0.5 * scores.reduce((a, b) => a + b, 0));
}

function likeness(levels: readonly number[]): number {
  const m = mean(levels);
  const squares = levels.reduce((a, level) => a + (level - m) ** 2, 0);
  const deviation = levels.length > 1 ? Math.sqrt(squares / (levels.length - 1)) : 0;
  return (2 * m) / (m * m + 1 + deviation + EPS);
}

function likenessOfRegion(p: readonly number[], g: readonly number[]): number | undefined {
  const flat = p.every((v) => v === p[0]) && g.every((v) => v === g[0]);
  if (flat) return p[0] === 0 || p[0] === 1 ? 1 : undefined;
  const [x, y] = [mean(p), mean(g)];
  const moment = (a: readonly number[], ma: number, b: readonly number[], mb: number): number =>
    a.reduce((sum, v, i) => sum + (v - ma) * (b[i] - mb), 0) / (p.length - 1 + EPS);
  const alpha = 4 * x * y * moment(p, x, g, y);
  const beta = (x * x + y * y) * (moment(p, x, p, x) + moment(g, y, g, y));
  return alpha === 0 ? 0 : alpha / (beta + EPS);
}

const kernel = (dx: number, dy: number): number => Math.exp(-(dx * dx + dy * dy) / 50);

export function slowWeightedF({ width, height, p, g }: Pixels): number {
  const foreground = [...g.keys()].filter((i) => g[i] === 1);
  if (foreground.length === 0) return 0;
  const at = (i: number): readonly [number, number] => [i % width, Math.floor(i / width)];
  const distance = (i: number, j: number): number => Math.hypot(at(i)[0] - at(j)[0], at(i)[1] - at(j)[1]);
  // Leftmost of the nearest, then topmost.
  const byColumn = foreground.toSorted((i, j) => at(i)[0] - at(j)[0] || at(i)[1] - at(j)[1]);
  const nearest = [...g.keys()].map((i) =>
    byColumn.reduce((best, j) => (distance(i, j) < distance(i, best) ? j : best), byColumn[0]),
  );
  const e = p.map((level, i) => Math.abs(level - g[i]));
  const spread = e.map((_, i) => e[nearest[i]]);
  const offsets = [-3, -2, -1, 0, 1, 2, 3].flatMap((dy) =>
    [-3, -2, -1, 0, 1, 2, 3].map((dx) => [dx, dy] as const),
  );
  const total = offsets.reduce((sum, [dx, dy]) => sum + kernel(dx, dy), 0);
  const smoothed = e.map((_, i) => {
    const [x, y] = at(i);
    return offsets.reduce((sum, [dx, dy]) => {
      const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
      return inside ? sum + (kernel(dx, dy) / total) * spread[i + dy * width + dx] : sum;
    }, 0);
  });
  const missed = foreground.reduce((sum, i) => sum + Math.min(e[i], smoothed[i]), 0);
  const falsePositive = [...g.keys()]
    .filter((i) => g[i] === 0)
    .reduce((sum, i) => sum + e[i] * (2 - Math.exp((Math.log(0.5) / 5) * distance(i, nearest[i]))), 0);
  const recall = 1 - missed / foreground.length;
  const truePositive = foreground.length - missed;
  const precision = truePositive / (truePositive + falsePositive + EPS);
  return (2 * recall * precision) / (recall + precision + EPS);
}

/** Stretched levels at or above twice their mean; undefined where a level lies on that threshold but for rounding. */
export function atTwiceTheMean({ p }: Pixels): readonly boolean[] | undefined {
  const threshold = Math.min(2 * mean(p), 1);
  if (p.some((level) => level !== threshold && Math.abs(level - threshold) < 1e-9)) return undefined;
  return p.map((level) => level >= threshold);
}

export function halved({ p }: Pixels): readonly boolean[] {
  return p.map((level) => level > 0.5);
}

/** The scores of counts, 0 / 0 being 0 as in PySODMetrics, by the ends of their ids. */
export function slowCountScores(binary: readonly boolean[], { g }: Pixels): Readonly<Record<string, number>> {
  const count = (b: boolean, foreground: 0 | 1): number =>
    binary.filter((value, i) => value === b && g[i] === foreground).length;
  const [tp, fp, fn, tn] = [count(true, 1), count(true, 0), count(false, 1), count(false, 0)];
  const n = g.length;
  const oa = (tp + tn) / n;
  const recall = ratio(tp, tp + fn);
  const specificity = ratio(tn, tn + fp);
  const chance = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + tp)) / n ** 2;
  return {
    iou: ratio(tp, tp + fp + fn),
    dice: ratio(2 * tp, 2 * tp + fp + fn),
    oa,
    precision: ratio(tp, tp + fp),
    recall,
    specificity,
    ber: 1 - (recall + specificity) / 2,
    kappa: ratio(oa - chance, 1 - chance),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
