import { momentsOf } from './moments.js';
import type { Ends } from './ends.js';
import { normalQuantile } from './normal-distribution.js';
import { quantileInterval } from './order-statistics.js';
import { medianOf } from './quantile.js';
import { studentQuantile } from './student-distribution.js';
import type { Values } from './values.js';

/** With fewer turns how far they lie apart is hardly known: t has one degree of freedom. */
const TURNS_NEEDED = 3;

/**
 * An interval for a median time of one process that takes turns: `turns` holds the times of each turn, at least one. The turn is the
 * unit, since the iterations of one share whatever the machine did meanwhile. At each end the wider of two, around the estimate:
 * Student's t over the logarithms of the turns' medians, and their order statistics (David and Nagaraja 2003, section 7.1; the
 * extremes where turns are too few for them). The second is for turns of two kinds, with a neighbour and without: a median is then
 * of the kind that is in the majority, by chance, and t's narrow interval about a mean would not hold the other one.
 * How far another process of the same model would lie apart cannot be seen in one process: it is `betweenProcesses`, the standard
 * deviation of the logarithm, added as a variance. Null with fewer than three turns, and where a turn's median is not > 0: then
 * it has no logarithm.
 */
export function intervalOfTurns(
  estimate: number,
  turns: readonly Values[],
  { betweenProcesses, level = 0.95 }: { readonly betweenProcesses: number; readonly level?: number },
): Ends | null {
  if (turns.length < TURNS_NEEDED) return null;
  const medians = turns.map(medianOf);
  if (medians.some((ms) => ms <= 0)) return null;
  const logs = Float64Array.from(medians, Math.log);
  const { standardError } = momentsOf(logs);
  const byT = studentQuantile((1 + level) / 2, turns.length - 1) * standardError;
  const ordered = quantileInterval(logs, 0.5, level);
  const [low, high] =
    ordered.kind === 'interval' ? [ordered.lower, ordered.upper] : [Math.min(...logs), Math.max(...logs)];
  const between = normalQuantile((1 + level) / 2) * betweenProcesses;
  const reach = (byOrder: number): number => Math.exp(Math.hypot(Math.max(byT, byOrder), between));
  const centre = Math.log(estimate);
  return { lower: estimate / reach(centre - low), upper: estimate * reach(high - centre) };
}
