import { betaCdf } from './beta-distribution.js';
import { whereReaches } from './bisection.js';
import { requireBetween } from './values.js';

/** P(T <= t) for Student's t with `freedom` > 0 degrees of freedom (DLMF 8.17 with x = v / (v + t^2)). */
export function studentCdf(t: number, freedom: number): number {
  const tail = betaCdf(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = p, for 0 < p < 1, by bisection; about 1e-12 for p between 1e-6 and 1 - 1e-6. */
export function studentQuantile(p: number, freedom: number): number {
  requireBetween(p, 0, 1, "probability of a Student's t quantile");
  if (p > 0.5) return -studentQuantile(1 - p, freedom);
  let low = -2;
  while (studentCdf(low, freedom) > p) low *= 2;
  return whereReaches((t) => studentCdf(t, freedom), p, low, 0);
}
