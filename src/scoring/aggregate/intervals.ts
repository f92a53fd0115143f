import type { Interval, IntervalMethodSummary } from '../../schema/summary.js';
import { percentileEnds } from '../../stats/bootstrap.js';
import type { IntervalOutcome } from '../../stats/interval.js';
import { meanInterval } from '../../stats/mean-interval.js';
import { createRandom, type Random } from '../../stats/random.js';
import { resampleMeans } from '../../stats/resample.js';

/** How every interval of a summary is made. Comparisons and gates have their own, with more resamples. */
export const INTERVALS: IntervalMethodSummary = {
  level: 0.95,
  resamples: 2000,
  seed: 0,
  mean: 'over images: at each end the wider of Student\u2019s t and the BCa bootstrap',
  meanOfDatasets: 'percentile bootstrap over images, each dataset resampled by itself',
  pooled: 'BCa bootstrap over images',
};

/** Bounds of what is estimated; an interval does not reach beyond them. */
export type Range = readonly [low: number, high: number | null];

/** The interval of the mean of scores, one per image. */
export function intervalOfMean(values: Float64Array, range: Range): Interval {
  const outcome = meanInterval(values, INTERVALS);
  return outcome.kind === 'none'
    ? { undefined: whyNone(outcome) }
    : within(outcome.lower, outcome.upper, range);
}

/** The interval of the plain mean of several datasets' means. */
export function intervalOfMeans(datasets: readonly Float64Array[], range: Range): Interval {
  if (datasets.length === 1) return intervalOfMean(datasets[0], range);
  const smallest = Math.min(...datasets.map(({ length }) => length));
  if (smallest < 2) return { undefined: 'a dataset has fewer than two images with a value' };
  const random = createRandom(INTERVALS.seed);
  const means = datasets.map((values, i) => resampledMeans(values, random.split(i)));
  const replicates = Float64Array.from(
    { length: INTERVALS.resamples },
    (_, b) => means.reduce((sum, of) => sum + of[b], 0) / means.length,
  );
  const { lower, upper } = percentileEnds(replicates.sort(), INTERVALS.level);
  return within(lower, upper, range);
}

/** Means of resamples in random order: sorted ones of two datasets would rise and fall together. */
function resampledMeans(values: Float64Array, random: Random): Float64Array {
  const { means } = resampleMeans(values, INTERVALS.resamples, random);
  for (let i = means.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [means[i], means[j]] = [means[j], means[i]];
  }
  return means;
}

function whyNone({ n, reason }: Extract<IntervalOutcome, { kind: 'none' }>): string {
  if (reason === 'unbounded') return 'the resamples set no limit';
  return n === 0 ? 'no image has a value' : 'one image shows no spread';
}

function within(lower: number, upper: number, [low, high]: Range): Interval {
  return [Math.max(lower, low), high === null ? upper : Math.min(upper, high)];
}
