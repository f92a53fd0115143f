import type { Caution } from '../../schema/caution.js';
import type { Interval, IntervalMethodSummary } from '../../schema/summary.js';
import type { Limits } from '../../stats/ends.js';
import type { IntervalOutcome } from '../../stats/interval.js';
import { meanOfDatasets } from '../../stats/mean-of-datasets.js';

/** How every interval of a summary is made. Comparisons and gates have their own, with more resamples. */
export const INTERVALS: IntervalMethodSummary = {
  level: 0.95,
  resamples: 2000,
  seed: 0,
  mean: 'over images: at each end the wider of Student\u2019s t and the BCa bootstrap',
  meanOfDatasets:
    'over images, each dataset by itself: at each end the wider of Welch\u2019s t (Satterthwaite) and the BCa bootstrap',
  pooled:
    'over images: at each end the widest of Student\u2019s t and Hall by the jackknife and the BCa bootstrap',
};

/** An interval, with why it is rough where it is. */
export interface RoughInterval {
  readonly interval: Interval;
  readonly caution?: Caution;
}

/**
 * The interval of the mean of one dataset's scores, one per image, or of the plain mean of several datasets' means.
 *
 * @param range of the metric; no end lies beyond it
 */
export function intervalOfMean(datasets: readonly Float64Array[], range: Limits): RoughInterval {
  const outcome = meanOfDatasets(datasets, { ...INTERVALS, range });
  if (outcome.kind === 'none') return { interval: { undefined: whyNone(outcome, datasets.length) } };
  const { lower, upper, caution } = outcome;
  return { interval: [lower, upper], ...(caution === null ? {} : { caution }) };
}

function whyNone({ n, reason }: Extract<IntervalOutcome, { kind: 'none' }>, datasets: number): string {
  if (reason === 'unbounded') return 'the resamples set no limit';
  if (datasets > 1) return 'a dataset has fewer than two images with a value';
  return n === 0 ? 'no image has a value' : 'one image shows no spread';
}
