import type { GainEstimate, MetricComparison } from '../../schema/comparison.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { effectSize } from '../../stats/effect-size.js';
import type { IntervalMethod } from '../../stats/interval.js';
import { meanInterval } from '../../stats/mean-interval.js';
import { holm } from '../../stats/multiplicity.js';
import { signFlipTest } from '../../stats/permutation.js';
import { meanOf } from '../../stats/values.js';
import { scopeScores, type PairedDataset, type ScopedScores } from './paired-images.js';

export interface Resampling {
  readonly resamples: number;
  readonly seed: string;
}

/** Every metric on every dataset and, with several datasets, on all images together; p by Holm over all these rows. */
export function compareMetrics(
  datasets: readonly PairedDataset[],
  metrics: readonly MetricMeta[],
  resampling: Resampling,
): readonly MetricComparison[] {
  const scopes: readonly (readonly PairedDataset[])[] =
    datasets.length > 1 ? [...datasets.map((dataset) => [dataset]), datasets] : [datasets];
  const rows = metrics.flatMap((metric) =>
    scopes.map((scope) => {
      const dataset = scope.length === 1 ? scope[0].name : null;
      return compareMetric(metric, dataset, scopeScores(scope, metric), resampling);
    }),
  );
  const adjusted = holm(rows.map(({ p }) => p ?? 1));
  return rows.map((row, i) => ({ ...row, adjusted: row.p === null ? null : adjusted[i] }));
}

function compareMetric(
  { id, name, better }: MetricMeta,
  dataset: string | null,
  scores: ScopedScores,
  resampling: Resampling,
): MetricComparison {
  const { n, gains, baseline, candidate, undefinedBaseline, undefinedCandidate } = scores;
  const seed = `${resampling.seed}/${id}/${dataset ?? '*'}`;
  const { wins, ties, losses, dz, rankBiserial } = effectSize(gains);
  return {
    metric: id,
    title: name,
    better,
    dataset,
    n,
    undefinedBaseline,
    undefinedCandidate,
    baseline: n === 0 ? null : meanOf(baseline),
    candidate: n === 0 ? null : meanOf(candidate),
    gain: n === 0 ? null : estimateGain(gains, { ...resampling, seed }),
    p: signFlipP(gains, { ...resampling, seed }),
    adjusted: null,
    wins,
    ties,
    losses,
    dz,
    rankBiserial,
  };
}

/** The mean of at least one paired gain with its 95 % interval, where there is one. */
export function estimateGain(
  gains: Float64Array,
  { resamples, seed }: Resampling,
  method: IntervalMethod = 'guarded',
): GainEstimate {
  const interval = meanInterval(gains, { method, resamples, seed });
  if (interval.kind === 'none') {
    return { mean: meanOf(gains), lower: null, upper: null, level: 0.95, method: 'none', caution: null };
  }
  const { estimate, lower, upper, level } = interval;
  return interval.kind === 'constant'
    ? { mean: estimate, lower, upper, level, method: 'constant', caution: null }
    : { mean: estimate, lower, upper, level, method: interval.method, caution: interval.caution };
}

/** Two-sided; null where nothing differs. */
export function signFlipP(gains: Float64Array, { resamples, seed }: Resampling): number | null {
  const outcome = signFlipTest(gains, { resamples, seed });
  return outcome.kind === 'tested' ? outcome.p : null;
}
