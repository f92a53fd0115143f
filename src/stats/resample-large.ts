import { binomialDensity } from './binomial-distribution.js';
import type { Random } from './random.js';

/** How many of the values farthest from the mean are still drawn one by one. */
const TAIL = 2048;

/**
 * The bootstrap of sum and sum of squares for many values, at a cost that does not grow with n.
 *
 * A resample of n values takes Binomial(n, k/n) of its draws from the k values farthest from the mean (the tail) and
 * the rest from all others (the bulk). The tail's draws are made one by one, exactly; the bulk's two sums, of
 * thousands of draws of which none is extreme, are drawn from their normal limit, the first with the skewness of the
 * bulk put back (Cornish-Fisher), the second given the first. What is lost is of order 1/n of the bulk's kurtosis;
 * the test and docs/statistics.md hold it against plain resampling, rare catastrophes included.
 */
export function resampleByTail(
  deviations: Float64Array,
  resamples: number,
  random: Random,
  record: (resample: number, sum: number, squares: number) => void,
): void {
  const n = deviations.length;
  const { tail, bulk } = parted(deviations);
  const b = bulkMoments(bulk);
  const countOf = binomialDraws(n, tail.length / n, random);
  const drawn = new Uint32Array(n);
  for (let r = 0; r < resamples; r++) {
    const fromTail = countOf();
    const indices = drawn.subarray(0, fromTail);
    random.fillBelow(indices, tail.length);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < fromTail; i++) {
      const d = tail[indices[i]];
      sum += d;
      squares += d * d;
    }
    const count = n - fromTail;
    const z = random.normal();
    const bent = z + ((z * z - 1) * b.skewness) / 6 / Math.sqrt(count);
    const shift = Math.sqrt(count * b.variance) * bent;
    const rest = Math.sqrt(count * b.residual) * random.normal();
    record(r, sum + count * b.mean + shift, squares + count * b.square + b.slope * shift + rest);
  }
}

function parted(deviations: Float64Array): { tail: Float64Array; bulk: Float64Array } {
  const byDistance = deviations.toSorted((x, y) => Math.abs(y) - Math.abs(x));
  return { tail: byDistance.subarray(0, TAIL), bulk: byDistance.subarray(TAIL) };
}

/** Moments of x and of x^2 over the bulk, and the regression of the second on the first. */
function bulkMoments(bulk: Float64Array): {
  mean: number;
  square: number;
  variance: number;
  skewness: number;
  slope: number;
  residual: number;
} {
  const n = bulk.length;
  let mean = 0;
  let square = 0;
  for (const x of bulk) {
    mean += x / n;
    square += (x * x) / n;
  }
  let variance = 0;
  let cubes = 0;
  let squaresVariance = 0;
  let covariance = 0;
  for (const x of bulk) {
    const d = x - mean;
    const e = x * x - square;
    variance += (d * d) / n;
    cubes += (d * d * d) / n;
    squaresVariance += (e * e) / n;
    covariance += (d * e) / n;
  }
  const slope = variance > 0 ? covariance / variance : 0;
  return {
    mean,
    square,
    variance,
    skewness: variance > 0 ? cubes / variance ** 1.5 : 0,
    slope,
    residual: Math.max(0, squaresVariance - slope * covariance),
  };
}

/** Draws from Binomial(n, p) by looking a uniform number up in the cumulative table, 12 sd either side of the mean. */
function binomialDraws(n: number, p: number, random: Random): () => number {
  const reach = 12 * Math.sqrt(n * p * (1 - p)) + 12;
  const first = Math.max(0, Math.floor(n * p - reach));
  const last = Math.min(n, Math.ceil(n * p + reach));
  const cumulative = new Float64Array(last - first + 1);
  let sum = 0;
  for (let k = first; k <= last; k++) {
    sum += binomialDensity(k, n, p);
    cumulative[k - first] = sum;
  }
  return () => {
    const u = random.uniform() * sum;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > u) high = middle;
      else low = middle + 1;
    }
    return first + low;
  };
}
