import type { Check } from '../../../schema/verdict.js';
import type { MetricMeta } from '../../../metrics/metric.js';
import { meanOf } from '../../../stats/values.js';
import { judgeClaims, type Claim } from './claims.js';
import type { Gate } from '../gate.js';
import type { Resampling } from '../../compare/metric-comparison.js';
import { metaOf } from '../../../metrics/registry.js';
import { scopeScores, type PairedDataset, type ScopedScores } from '../../compare/paired-images.js';
import { figure } from '../../compare/verdict-text.js';

/**
 * The gate's claims on means: non-inferiority on all images and on each dataset, floors, and required slices; one
 * family for Holm's correction. Datasets that a model was trained on prove nothing and must be left out by the caller.
 */
export function accuracyChecks(
  datasets: readonly PairedDataset[],
  gate: Gate,
  resampling: Resampling,
): readonly Check[] {
  const claims = [
    ...gate.accuracy.flatMap((rule) => accuracyClaims(datasets, rule, gate.minimumImages)),
    ...gate.floors.map((rule) => floorClaim(datasets, rule)),
    ...gate.slices.flatMap((rule) => sliceClaims(datasets, rule)),
  ];
  return judgeClaims(claims, { ...resampling, level: gate.level, minimum: gate.minimumImages });
}

function accuracyClaims(
  datasets: readonly PairedDataset[],
  { metric, margin, eachDataset }: Gate['accuracy'][number],
  minimum: number,
): readonly Claim[] {
  const meta = metaOf(metric);
  const all = gainClaim(meta, scopeScores(datasets, meta), margin, {
    id: `accuracy/${metric}/all`,
    kind: 'accuracy',
    on: datasets.length === 1 ? datasets[0].name : 'all images',
  });
  if (!eachDataset || datasets.length < 2) return [all];
  // A dataset of fewer images could never decide anything; the comparison shows it for information.
  const large = datasets.filter(({ ids }) => ids.length >= minimum);
  return [
    all,
    ...large.map((dataset) =>
      gainClaim(meta, scopeScores([dataset], meta), margin, {
        id: `accuracy/${metric}/${dataset.name}`,
        kind: 'accuracy',
        on: dataset.name,
      }),
    ),
  ];
}

function sliceClaims(
  datasets: readonly PairedDataset[],
  { attribute, values, metric, margin }: Gate['slices'][number],
): readonly Claim[] {
  const meta = metaOf(metric);
  return values.map((value) =>
    gainClaim(
      meta,
      scopeScores(datasets, meta, (attributes) => String(attributes[attribute] ?? '') === String(value)),
      margin,
      { id: `slice/${attribute}=${value}/${metric}`, kind: 'slice', on: `${attribute} ${value}` },
    ),
  );
}

function gainClaim(
  meta: MetricMeta,
  scores: ScopedScores,
  margin: number,
  { id, kind, on }: Pick<Claim, 'id' | 'kind'> & { readonly on: string },
): Claim {
  const means =
    scores.n === 0
      ? `${meta.name} on ${on}`
      : `${meta.name} on ${on} ${figure(meanOf(scores.baseline))} before, ${figure(meanOf(scores.candidate))} now`;
  return {
    id,
    kind,
    rule: `${meta.name} on ${on}: mean loss below ${margin}`,
    means,
    gains: scores.gains,
    margin,
    undefinedCandidate: scores.undefinedCandidate,
  };
}

/** The candidate's own scores as gains over the floor. */
function floorClaim(
  datasets: readonly PairedDataset[],
  { metric, mean, dataset }: Gate['floors'][number],
): Claim {
  const meta = metaOf(metric);
  const scope = datasets.filter(({ name }) => dataset === undefined || name === dataset);
  const { candidate, undefinedCandidate, n } = scopeScores(scope, meta);
  const sign = meta.better === 'higher' ? 1 : -1;
  const on = dataset ?? 'all images';
  return {
    id: `floor/${metric}/${dataset ?? 'all'}`,
    kind: 'floor',
    rule: `${meta.name} on ${on}: mean ${meta.better === 'higher' ? 'above' : 'below'} ${mean}`,
    means:
      n === 0
        ? `${meta.name} on ${on}`
        : `${meta.name} on ${on} ${figure(meanOf(candidate))} against ${mean}`,
    gains: candidate.map((score) => sign * (score - mean)),
    margin: 0,
    undefinedCandidate,
  };
}
