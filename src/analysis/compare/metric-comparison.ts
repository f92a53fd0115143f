import type { GainEstimate, MetricComparison } from '../../schema/comparison.js';
import { gainRange, type MetricMeta } from '../../metrics/metric.js';
import { effectSize } from '../../stats/effect-size.js';
import type { IntervalOutcome } from '../../stats/interval.js';
import { meanOfDatasets } from '../../stats/mean-of-datasets.js';
import { holm } from '../../stats/multiplicity.js';
import { signFlipTest } from '../../stats/permutation.js';
import { meanOf } from '../../stats/values.js';
import { inUnits, type UnitScores } from './unit-scores.js';
import { scopeScores, type PairedDataset, type ScopedScores } from './paired-images.js';

export interface Resampling {
  readonly resamples: number;
  readonly seed: string;
}

/** Every metric on every dataset and, with several datasets, in the mean of their means; p by Holm over all these rows. */
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
      const scores = scope.map((one) => scopeScores([one], metric));
      return compareMetric(metric, dataset, scores, resampling);
    }),
  );
  const adjusted = holm(rows.map(({ p }) => p ?? 1));
  return rows.map((row, i) => ({ ...row, adjusted: row.p === null ? null : adjusted[i] }));
}

function compareMetric(
  metric: MetricMeta,
  dataset: string | null,
  images: readonly ScopedScores[],
  resampling: Resampling,
): MetricComparison {
  const { id, name, better } = metric;
  const seed = `${resampling.seed}/${id}/${dataset ?? '*'}`;
  const total = (of: (scores: ScopedScores) => number): number =>
    images.reduce((sum, scores) => sum + of(scores), 0);
  const sizes = images.map(({ gains }) => effectSize(gains));
  const scopes = images.map(inUnits);
  const moved = (of: 'wins' | 'ties' | 'losses'): number => sizes.reduce((sum, size) => sum + size[of], 0);
  // a mean of datasets needs all of them
  const isKnown = scopes.every(({ n }) => n > 0);
  const mean = (of: 'baseline' | 'candidate'): number | null =>
    isKnown ? meanOf(scopes.map((scores) => meanOf(scores[of]))) : null;
  const gains = scopes.map((scores) => scores.gains);
  const { dz, rankBiserial } =
    scopes.length === 1 ? effectSize(scopes[0].gains) : { dz: null, rankBiserial: null };
  return {
    metric: id,
    title: name,
    better,
    dataset,
    n: total(({ n }) => n),
    ...unitCount(scopes),
    undefinedBaseline: total(({ undefinedBaseline }) => undefinedBaseline),
    undefinedCandidate: total(({ undefinedCandidate }) => undefinedCandidate),
    baseline: mean('baseline'),
    candidate: mean('candidate'),
    gain: isKnown
      ? describeGain(
          gains,
          meanOfDatasets(gains, { ...resampling, seed, range: gainRange(metric) ?? undefined }),
        )
      : null,
    p: isKnown ? signFlipP(gains, { ...resampling, seed }) : null,
    adjusted: null,
    wins: moved('wins'),
    ties: moved('ties'),
    losses: moved('losses'),
    dz,
    rankBiserial,
  };
}

/** How many units the figures are of, where some images belong to one. */
export function unitCount(scopes: readonly UnitScores[]): { readonly units?: number } {
  return scopes.every(({ images }) => images === undefined)
    ? {}
    : { units: scopes.reduce((sum, { n }) => sum + n, 0) };
}

/** The mean gain, or that of the datasets' mean gains, with its interval where there is one. */
export function describeGain(gains: readonly Float64Array[], interval: IntervalOutcome): GainEstimate {
  if (interval.kind === 'none') {
    const mean = meanOf(gains.map(meanOf));
    return { mean, lower: null, upper: null, level: 0.95, method: 'none', caution: null };
  }
  const { estimate, lower, upper, level, caution } = interval;
  const method = interval.kind === 'constant' ? 'constant' : interval.method;
  return { mean: estimate, lower, upper, level, method, caution };
}

/**
 * Two-sided; null where nothing differs. With several datasets every gain counts by its part in the mean of their means: an
 * image of a small dataset weighs more.
 */
export function signFlipP(gains: readonly Float64Array[], { resamples, seed }: Resampling): number | null {
  const n = gains.reduce((sum, { length }) => sum + length, 0);
  const parts = gains.flatMap((own) => Array.from(own, (gain) => (gain * n) / (gains.length * own.length)));
  const outcome = signFlipTest(parts, { resamples, seed });
  return outcome.kind === 'tested' ? outcome.p : null;
}
