/** The two ends of an interval; infinite or NaN where a method has no limit to offer. */
export interface Ends {
  readonly lower: number;
  readonly upper: number;
}

/** What the value of a metric, or of a gain, can be; null: no end. */
export type Limits = readonly [low: number | null, high: number | null];

/** An interval without what cannot be. */
export function within({ lower, upper }: Ends, [low, high]: Limits = [null, null]): Ends {
  return {
    lower: Math.max(lower, low ?? Number.NEGATIVE_INFINITY),
    upper: Math.min(upper, high ?? Number.POSITIVE_INFINITY),
  };
}

/** An estimate from n values, and the interval around it. */
export interface Estimate extends Ends {
  /** Confidence, e.g. 0.95. */
  readonly level: number;
  readonly n: number;
  readonly estimate: number;
}

/** The lowest lower and the highest upper end, of the intervals that have both. */
export function widestEnds(intervals: readonly Ends[]): Ends {
  const finite = intervals.filter((ends) => Number.isFinite(ends.lower) && Number.isFinite(ends.upper));
  return {
    lower: Math.min(...finite.map((ends) => ends.lower)),
    upper: Math.max(...finite.map((ends) => ends.upper)),
  };
}
