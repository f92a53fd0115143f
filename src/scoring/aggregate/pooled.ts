import { isDefined, type MetricValue } from '../../schema/metric-value.js';
import { FEW_VALUES } from '../../schema/caution.js';
import type { MetricMean } from '../../schema/summary.js';
import type { Confusion, Conventions, Metric } from '../../metrics/metric.js';
import { accelerationOfMean, bcaEnds, jackknifeMoments } from '../../stats/bootstrap.js';
import { widestEnds, within } from '../../stats/ends.js';
import { cautionFor } from '../../stats/interval.js';
import { hallEnds, studentEnds } from '../../stats/mean-interval.js';
import { createRandom } from '../../stats/random.js';
import { INTERVALS, type RoughInterval } from './intervals.js';

type PooledScore = Pick<MetricMean, 'pooled' | 'pooledInterval' | 'pooledCaution'>;

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
  const equalImages = imagesOfEqualSize(counts);
  const entries = metrics.flatMap(({ meta: { id, range }, ofCounts: score }): [string, PooledScore][] => {
    if (score === undefined) return [];
    const pooled: MetricValue = n === 0 ? { undefined: 'no image has counts' } : score(all, empty);
    const { interval, caution } = intervalOf(pooled, range, (of) => score(of, empty));
    const rough = caution === undefined ? {} : { pooledCaution: caution };
    return [[id, { pooled, pooledInterval: interval, ...rough }]];
  });
  return Object.fromEntries(entries);

  function intervalOf(
    pooled: MetricValue,
    range: Metric['meta']['range'],
    score: (of: Confusion) => MetricValue,
  ): RoughInterval {
    if (!isDefined(pooled)) return { interval: { undefined: 'the pooled score is undefined' } };
    if (n < 2) return { interval: { undefined: 'one image shows no spread' } };
    const replicates = finite(resampled.map(score));
    const without = leaveOneOut(counts, all, score);
    if (replicates === undefined || without === undefined) {
      return { interval: { undefined: 'the pooled score is undefined in a resample' } };
    }
    const { level } = INTERVALS;
    const moments = jackknifeMoments(without, pooled);
    const bca = bcaEnds(replicates.sort(), pooled, accelerationOfMean(moments), level);
    const { lower, upper } = within(
      widestEnds([studentEnds(moments, level), hallEnds(moments, level), bca]),
      range,
    );
    const few = equalImages < FEW_VALUES ? 'skewed' : null;
    const caution = cautionFor([n], moments.skewness / Math.sqrt(n)) ?? few;
    return { interval: [lower, upper], ...(caution === null ? {} : { caution }) };
  }
}

/**
 * How many images of equal size would tell as much (Kish 1965, Survey Sampling, on unequal weights): an image weighs
 * as much as the pixels that it or its ground truth has in the foreground. A few large ones carry a pooled score, and where
 * they are good by chance its skewness says nothing.
 */
function imagesOfEqualSize(counts: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < counts.length; at += 4) {
    const size = counts[at] + counts[at + 1] + counts[at + 2];
    sum += size;
    squares += size * size;
  }
  return squares === 0 ? counts.length / 4 : sum ** 2 / squares;
}

function totalOf(counts: Float64Array): Confusion {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) sums[i % 4] += counts[i];
  const [tp, fp, fn, tn] = sums;
  return { tp, fp, fn, tn };
}

/**
 * Sums of whole numbers, which come out the same in any order: so each image is counted first, in a few bytes, and its own numbers
 * are read once and in order, which with very many images is what takes time.
 */
function resampledTotals(counts: Float64Array): readonly Confusion[] {
  const n = counts.length / 4;
  const random = createRandom(INTERVALS.seed);
  const drawn = new Uint32Array(n);
  const times = new Uint16Array(n);
  return Array.from({ length: INTERVALS.resamples }, () => {
    random.fillBelow(drawn, n);
    times.fill(0);
    for (let i = 0; i < n; i++) times[drawn[i]]++;
    let [tp, fp, fn, tn] = [0, 0, 0, 0];
    for (let i = 0, at = 0; i < n; i++, at += 4) {
      const of = times[i];
      tp += of * counts[at];
      fp += of * counts[at + 1];
      fn += of * counts[at + 2];
      tn += of * counts[at + 3];
    }
    return { tp, fp, fn, tn };
  });
}

/** A score of all images without each one in turn; undefined where it has none without some. */
function leaveOneOut(
  counts: Float64Array,
  all: Confusion,
  score: (of: Confusion) => MetricValue,
): Float64Array | undefined {
  const without = new Float64Array(counts.length / 4);
  for (let i = 0, at = 0; i < without.length; i++, at += 4) {
    const value = score({
      tp: all.tp - counts[at],
      fp: all.fp - counts[at + 1],
      fn: all.fn - counts[at + 2],
      tn: all.tn - counts[at + 3],
    });
    if (!isDefined(value)) return undefined;
    without[i] = value;
  }
  return without;
}

function finite(values: readonly MetricValue[]): Float64Array | undefined {
  return values.every(isDefined) ? Float64Array.from(values) : undefined;
}
