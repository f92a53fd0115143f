import { momentsOf } from './moments.js';
import { midranks } from './ranks.js';
import { requireFinite, type Values } from './values.js';

/** How large a paired difference is, apart from whether chance could make it. */
interface EffectSize {
  readonly n: number;
  /** Pairs with a gain above `tie`, with a loss below -`tie`, and the rest. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Cohen's d of paired differences: mean / sd; null without spread. In sd of the differences, unbounded. */
  readonly dz: number | null;
  /**
   * Matched-pairs rank-biserial correlation (Kerby 2014): (positive - negative rank sum) / their total, -1..1, pairs
   * without any difference left out; null where no pair differs.
   */
  readonly rankBiserial: number | null;
}

/** Describes paired gains, positive is better; `tie` >= 0 is the largest gain or loss that counts as none. */
export function effectSize(gains: Values, tie = 0): EffectSize {
  requireFinite(gains, 'effect size');
  let wins = 0;
  let losses = 0;
  for (const gain of gains) {
    if (gain > tie) wins++;
    else if (gain < -tie) losses++;
  }
  const moments = momentsOf(gains);
  const sd = moments.standardError * Math.sqrt(moments.n);
  return {
    n: gains.length,
    wins,
    losses,
    ties: gains.length - wins - losses,
    dz: sd > 0 ? moments.mean / sd : null,
    rankBiserial: rankBiserial(gains),
  };
}

function rankBiserial(gains: Values): number | null {
  const moved = Float64Array.from(gains).filter((gain) => gain !== 0);
  if (moved.length === 0) return null;
  const { ranks } = midranks(moved.map(Math.abs));
  let balance = 0;
  for (let i = 0; i < moved.length; i++) balance += moved[i] > 0 ? ranks[i] : -ranks[i];
  return balance / ((moved.length * (moved.length + 1)) / 2);
}
