import { requireBetween } from './values.js';

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** The standard normal density. */
function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / ROOT_TWO_PI;
}

/**
 * P(Z <= z) for a standard normal Z, to about 1e-15 absolute and, in the tails, 1e-13 relative.
 * Near zero the series of odd double factorials (Marsaglia 2004, "Evaluating the normal distribution"); beyond 3 the
 * continued fraction of Mills' ratio (DLMF 7.9.3). simple-statistics offers a table of four digits and an error
 * function good to 1e-7: too coarse for BCa end points and adjusted p values.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (Math.abs(z) < 3) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 + sum * normalDensity(z);
  }
  const tail = upperTail(Math.abs(z));
  return z > 0 ? 1 - tail : tail;
}

/** P(Z > z) for z >= 3, by the continued fraction evaluated from its far end. */
function upperTail(z: number): number {
  if (z > 40) return 0;
  let fraction = z;
  for (let k = 120; k >= 1; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

/**
 * The z with P(Z <= z) = p, for 0 < p < 1; accurate to about 1e-14.
 * A two-term rational start (Abramowitz and Stegun 26.2.22), then Halley's iteration on `normalCdf`.
 */
export function normalQuantile(p: number): number {
  requireBetween(p, 0, 1, 'probability of a normal quantile');
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t)) - t;
  for (let step = 0; step < 4; step++) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    z -= error / (1 + (z * error) / 2);
  }
  return z;
}
