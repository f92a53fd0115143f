import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import type { Interval } from '../../schema/summary.js';
import type { Confusion, Conventions, Metric } from '../../metrics/metric.js';
import { accelerationOf, bcaEnds } from '../../stats/bootstrap.js';
import { createRandom } from '../../stats/random.js';
import { INTERVALS } from './intervals.js';

interface PooledScore {
  readonly pooled: MetricValue;
  readonly pooledInterval: Interval;
}

/**
 * Scores of the pixels of all images together: counts are added up first and the formula is applied once, so that
 * large images weigh more; of the metrics that are scores of counts. The resamples are of images, and are shared by all.
 *
 * @param counts TP FP FN TN of one image after the other
 */
export function pooledScores(
  counts: Float64Array,
  metrics: readonly Metric[],
  empty: Conventions['empty'],
): Readonly<Record<string, PooledScore>> {
  const n = counts.length / 4;
  const all = totalOf(counts);
  const resampled = n < 2 ? [] : resampledTotals(counts);
  const entries = metrics.flatMap(({ meta: { id }, ofCounts: score }): [string, PooledScore][] => {
    if (score === undefined) return [];
    const pooled: MetricValue = n === 0 ? { undefined: 'no image has counts' } : score(all, empty);
    return [[id, { pooled, pooledInterval: intervalOf(pooled, (of) => score(of, empty)) }]];
  });
  return Object.fromEntries(entries);

  function intervalOf(pooled: MetricValue, score: (of: Confusion) => MetricValue): Interval {
    if (!isDefined(pooled)) return { undefined: 'the pooled score is undefined' };
    if (n < 2) return { undefined: 'one image shows no spread' };
    const replicates = finite(resampled.map(score));
    const without = finite(leaveOneOut(counts, all).map(score));
    if (replicates === undefined || without === undefined) {
      return { undefined: 'the pooled score is undefined in a resample' };
    }
    const { lower, upper } = bcaEnds(replicates.sort(), pooled, accelerationOf(without), INTERVALS.level);
    return Number.isFinite(lower) && Number.isFinite(upper)
      ? [lower, upper]
      : { undefined: 'the score lies outside of all resamples' };
  }
}

function totalOf(counts: Float64Array): Confusion {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) sums[i % 4] += counts[i];
  const [tp, fp, fn, tn] = sums;
  return { tp, fp, fn, tn };
}

function resampledTotals(counts: Float64Array): readonly Confusion[] {
  const n = counts.length / 4;
  const random = createRandom(INTERVALS.seed);
  const drawn = new Uint32Array(n);
  return Array.from({ length: INTERVALS.resamples }, () => {
    random.fillBelow(drawn, n);
    const total = { tp: 0, fp: 0, fn: 0, tn: 0 };
    for (let i = 0; i < n; i++) {
      const at = 4 * drawn[i];
      total.tp += counts[at];
      total.fp += counts[at + 1];
      total.fn += counts[at + 2];
      total.tn += counts[at + 3];
    }
    return total;
  });
}

function leaveOneOut(counts: Float64Array, all: Confusion): readonly Confusion[] {
  return Array.from({ length: counts.length / 4 }, (_, i) => ({
    tp: all.tp - counts[4 * i],
    fp: all.fp - counts[4 * i + 1],
    fn: all.fn - counts[4 * i + 2],
    tn: all.tn - counts[4 * i + 3],
  }));
}

function finite(values: readonly MetricValue[]): Float64Array | undefined {
  return values.every(isDefined) ? Float64Array.from(values) : undefined;
}
