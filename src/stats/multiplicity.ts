import { MaskbenchError } from '../core/errors.js';

/**
 * Holm's step-down adjusted p values (Holm 1979): rejecting where the adjusted p is at most alpha keeps the chance of
 * any false claim in the family at alpha, whatever the dependence. In the order given; never below the raw p.
 * Throws `internal` on a p outside 0..1.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ascendingOrder(ps);
  const adjusted = ps.map(() => 1);
  let worst = 0;
  order.forEach((index, rank) => {
    worst = Math.max(worst, (ps.length - rank) * ps[index]);
    adjusted[index] = Math.min(1, worst);
  });
  return adjusted;
}

/**
 * Benjamini and Hochberg's (1995) step-up adjusted p values: claims at adjusted p <= q have an expected share of at
 * most q false ones, for independent or positively dependent tests. For looking around, not for gates.
 * In the order given. Throws `internal` on a p outside 0..1.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = ascendingOrder(ps);
  const adjusted = ps.map(() => 1);
  let best = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1];
    best = Math.min(best, (ps.length / rank) * ps[index]);
    adjusted[index] = best;
  }
  return adjusted;
}

function ascendingOrder(ps: readonly number[]): number[] {
  for (const p of ps) {
    if (!(p >= 0 && p <= 1)) throw new MaskbenchError('internal', `p value ${p} is not within 0..1`);
  }
  return ps.map((_, index) => index).sort((a, b) => ps[a] - ps[b]);
}
