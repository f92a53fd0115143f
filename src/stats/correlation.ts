import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { kendallTau } from './kendall.js';
import { isConstant } from './moments.js';
import { normalQuantile } from './normal-distribution.js';
import { asArray, requireBetween, requirePaired, type Values } from './values.js';

export type CorrelationKind = 'pearson' | 'spearman' | 'kendall';

export interface Correlation {
  readonly kind: 'correlation';
  readonly of: CorrelationKind;
  readonly n: number;
  /** -1..1; Kendall's is tau-b. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly level: number;
}

interface NoCorrelation {
  readonly kind: 'none';
  readonly reason: 'too-few' | 'constant';
  readonly n: number;
  readonly needed: number;
}

/** Fewest pairs for which every kind's standard error is defined. */
const NEEDED = 5;

/**
 * How two paired quantities go together, e.g. time and an attribute of the ground truth. The intervals are Fisher's:
 * tanh(atanh(r) -/+ z se), with se^2 = 1 / (n - 3) for Pearson (normal data; too narrow on heavy tails),
 * (1 + r^2 / 2) / (n - 3) for Spearman (Bonett and Wright 2000) and 0.437 / (n - 4) for Kendall (Fieller, Hartley and
 * Pearson 1957; both rough above 0.8). Throws `internal` on unpaired or non-finite values.
 */
export function correlation(
  x: Values,
  y: Values,
  of: CorrelationKind,
  level = 0.95,
): Correlation | NoCorrelation {
  requirePaired(x, y, 'correlation');
  requireBetween(level, 0, 1, 'level of an interval');
  const n = x.length;
  if (n < NEEDED) return { kind: 'none', reason: 'too-few', n, needed: NEEDED };
  if (isConstant(x) || isConstant(y)) return { kind: 'none', reason: 'constant', n, needed: NEEDED };
  const estimate = Math.max(-1, Math.min(1, estimateOf(x, y, of)));
  const reach = normalQuantile((1 + level) / 2) * Math.sqrt(fisherVariance(of, estimate, n));
  const centre = Math.atanh(estimate);
  const lower = Math.tanh(centre - reach);
  return { kind: 'correlation', of, n, estimate, lower, upper: Math.tanh(centre + reach), level };
}

function estimateOf(x: Values, y: Values, of: CorrelationKind): number {
  if (of === 'kendall') return kendallTau(x, y);
  return (of === 'pearson' ? sampleCorrelation : sampleRankCorrelation)(asArray(x), asArray(y));
}

function fisherVariance(of: CorrelationKind, r: number, n: number): number {
  if (of === 'pearson') return 1 / (n - 3);
  if (of === 'spearman') return (1 + (r * r) / 2) / (n - 3);
  return 0.437 / (n - 4);
}
