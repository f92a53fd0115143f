import type { Ends } from './ends.js';
import type { Moments } from './moments.js';
import { studentQuantile } from './student-distribution.js';

/** Welch's (1947) two-sided interval for the difference of means `a` - `b`, with Satterthwaite's degrees of freedom; two values a side at least. */
export function welchEnds(a: Moments, b: Moments, level: number): Ends {
  const [va, vb] = [a.standardError ** 2, b.standardError ** 2];
  const apart = a.mean - b.mean;
  if (va + vb === 0) return { lower: apart, upper: apart };
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const reach = studentQuantile((1 + level) / 2, freedom) * Math.sqrt(va + vb);
  return { lower: apart - reach, upper: apart + reach };
}
