import type { Ends } from './ends.js';
import { hierarchicalEnds } from './hierarchical-bootstrap.js';
import { momentsOf } from './moments.js';
import { medianOf } from './quantile.js';
import type { Draws } from './random.js';
import { requireBetween, requireFinite, type Values } from './values.js';
import { welchEnds } from './welch.js';

export type RatioMethod = 'welch' | 'hierarchical';

interface RatioOptions extends Draws {
  /** Default `welch`. */
  readonly method?: RatioMethod;
  /** Confidence of the two-sided interval, 0..1 exclusive; default 0.95. */
  readonly level?: number;
}

export interface RatioInterval extends Ends {
  readonly kind: 'interval';
  readonly method: RatioMethod;
  readonly level: number;
  /** Candidate over baseline: 1.1 is ten percent slower. */
  readonly estimate: number;
  /** Processes of the baseline and of the candidate. */
  readonly processes: readonly [number, number];
}

interface NoRatio {
  readonly kind: 'none';
  readonly reason: 'too-few-processes';
  readonly processes: readonly [number, number];
  readonly needed: number;
}

/** Two processes a side is the least that shows how far processes of one build differ. */
const NEEDED = 2;

/**
 * How much slower the candidate is than the baseline: the ratio of their median times, candidate over baseline, from
 * several processes a side. `baseline` and `candidate` hold one list of times > 0 a process. The process is the unit:
 * its thousands of inferences share one memory layout, one neighbour and one clock, and are no independent evidence.
 * A side's median is the geometric mean of its processes' medians. `welch` is Welch's t interval of the difference of
 * mean log medians. `hierarchical` is the bootstrap: processes with replacement, inferences within them, percentiles;
 * it misses too often below some ten processes a side, and is too wide where processes hardly differ (simulated in
 * docs/statistics.md). Throws `internal` on an empty process or a median that is not > 0.
 */
export function ratioOfMedians(
  baseline: readonly Values[],
  candidate: readonly Values[],
  options: RatioOptions = {},
): RatioInterval | NoRatio {
  const level = options.level ?? 0.95;
  const method = options.method ?? 'welch';
  requireBetween(level, 0, 1, 'level of an interval');
  const processes: readonly [number, number] = [baseline.length, candidate.length];
  if (Math.min(...processes) < NEEDED) {
    return { kind: 'none', reason: 'too-few-processes', processes, needed: NEEDED };
  }
  const before = logMedians(baseline);
  const after = logMedians(candidate);
  const ends =
    method === 'welch'
      ? welchEnds(momentsOf(after), momentsOf(before), level)
      : hierarchicalEnds(baseline, candidate, { ...options, level });
  return {
    kind: 'interval',
    method,
    level,
    estimate: Math.exp(momentsOf(after).mean - momentsOf(before).mean),
    lower: Math.exp(ends.lower),
    upper: Math.exp(ends.upper),
    processes,
  };
}

function logMedians(processes: readonly Values[]): Float64Array {
  return Float64Array.from(processes, (times) => {
    requireFinite(times, 'times of a process');
    const median = medianOf(times);
    requireBetween(median, 0, Number.POSITIVE_INFINITY, 'median time of a process');
    return Math.log(median);
  });
}
