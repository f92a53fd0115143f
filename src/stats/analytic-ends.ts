import type { Ends } from './ends.js';
import type { Moments } from './moments.js';
import { studentQuantile } from './student-distribution.js';

/** Student's interval: mean -/+ t standard errors, n - 1 degrees of freedom. */
export function studentEnds(moments: Moments, level: number): Ends {
  const reach = studentQuantile((1 + level) / 2, moments.n - 1) * moments.standardError;
  return { lower: moments.mean - reach, upper: moments.mean + reach };
}

/**
 * Student's interval with the skewness taken out by Hall's monotone cubic (Hall 1992, "On the removal of skewness by
 * transformation", J. R. Statist. Soc. B 54:221-228). With g = skewness / sqrt(n), the statistic
 * t + g t^2 / 3 + g^2 t^3 / 27 + g / 6 is nearly symmetric; its inverse at the t quantiles gives the ends. Unlike the
 * studentised bootstrap it is always finite, and it needs no resampling.
 */
export function hallEnds(moments: Moments, level: number): Ends {
  const g = moments.skewness / Math.sqrt(moments.n);
  const inverse = (t: number): number =>
    Math.abs(g) < 1e-9 ? t : (3 / g) * (Math.cbrt(1 + g * (t - g / 6)) - 1);
  const t = studentQuantile((1 + level) / 2, moments.n - 1);
  return {
    lower: moments.mean - inverse(t) * moments.standardError,
    upper: moments.mean - inverse(-t) * moments.standardError,
  };
}
