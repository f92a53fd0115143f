/** The two ends of an interval; infinite or NaN where a method has no limit to offer. */
export interface Ends {
  readonly lower: number;
  readonly upper: number;
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
