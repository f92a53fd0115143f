import { hallEnds, studentEnds } from './analytic-ends.js';
import { accelerationOfMean, bcaEnds, percentileEnds, studentisedEnds } from './bootstrap.js';
import { widestEnds, type Ends } from './ends.js';
import type { IntervalMethod } from './interval.js';
import type { Moments } from './moments.js';
import type { MeanReplicates } from './resample.js';

/**
 * The ends of an interval for a mean by the named method, from the moments of at least two values that are not all
 * equal. `replicates` is called only by the methods that resample. An end may be infinite (`studentised`).
 */
export function meanEnds(
  method: IntervalMethod,
  level: number,
  moments: Moments,
  replicates: () => MeanReplicates,
): Ends {
  const bca = (): Ends => bcaEnds(replicates().means, moments.mean, accelerationOfMean(moments), level);
  switch (method) {
    case 't':
      return studentEnds(moments, level);
    case 'hall':
      return hallEnds(moments, level);
    case 'percentile':
      return percentileEnds(replicates().means, level);
    case 'bca':
      return bca();
    case 'studentised':
      return studentisedEnds(replicates(), moments, level);
    case 'guarded':
      return widestEnds([studentEnds(moments, level), bca()]);
    case 'strict':
      return widestEnds([studentEnds(moments, level), bca(), hallEnds(moments, level)]);
  }
}
