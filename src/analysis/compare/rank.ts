import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import { leakedTags, trainingCautions } from '../../schema/leakage.js';
import { MaskbenchError } from '../../core/errors.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { headlineOf, metaOf } from '../../metrics/registry.js';
import type { RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import type { Side, SideFacts } from './side.js';
import { rankContenders } from '../../stats/ranking.js';

interface RankOptions {
  /** Ids; every metric gets its tables. Default: the headline of the run's first protocol. */
  readonly metrics?: readonly string[] | undefined;
  /** Default 0.05. */
  readonly alpha?: number;
  readonly seed?: string;
}

/**
 * Ranks the models of one run into tiers: on every dataset and, with several, on all images together. A model is left
 * out of a table, and named, if it was trained on pictures of its datasets, or if some of its cells failed there: a mean
 * over other images is another mean.
 *
 * @throws MaskbenchError `usage` for a metric that the run has no scores of.
 */
export async function rankRun(side: Side, options: RankOptions = {}): Promise<RankingReport> {
  const { facts } = side;
  const { alpha = 0.05, seed = 'maskbench' } = options;
  const scores = await side.loadScores(facts.models.map(({ name }) => name));
  const wanted = options.metrics ?? [headlineOf(facts.metrics) ?? 'iou'];
  const scopes = scores.datasets.map((dataset) => [dataset]);
  if (scopes.length > 1) scopes.push([...scores.datasets]);
  return {
    run: facts.label,
    name: facts.name,
    signatures: facts.signatures,
    ...(facts.evidence === undefined ? {} : { evidence: facts.evidence }),
    alpha,
    tables: wanted.flatMap((id) => {
      if (!facts.metrics.includes(id)) {
        throw new MaskbenchError('usage', `the run has no scores of "${id}"`, {
          where: facts.label,
          remedy: `it has ${facts.metrics.join(', ')}`,
        });
      }
      return scopes.map((scope) => rankScope(facts, scores, scope, metaOf(id), { alpha, seed }));
    }),
  };
}

function rankScope(
  facts: SideFacts,
  scores: RunScores,
  scope: readonly ScoredDataset[],
  metric: MetricMeta,
  options: { readonly alpha: number; readonly seed: string },
): RankingTable {
  const position = scores.metrics.indexOf(metric.id);
  const columns = facts.models.map(({ name, spec }) => ({
    model: name,
    scores: concatenated(scope, name, position),
    excluded: leak(facts, scope, spec.trainedOn) ?? incomplete(scope, name),
  }));
  const ranked = new Set(columns.flatMap(({ model, excluded }) => (excluded === null ? [model] : [])));
  const cautions = trainingCautions(
    facts.models.filter(({ name }) => ranked.has(name)).map(({ spec }) => spec),
    facts.datasets
      .filter((one) => scope.some((scored) => scored.name === one.name))
      .map((one) => ({ title: one.name, tags: one.tags })),
  );
  const dataset = scope.length === 1 ? scope[0].name : null;
  return rankColumns(columns, { metric, dataset, cautions, ...options });
}

function leak(
  { datasets }: SideFacts,
  scope: readonly ScoredDataset[],
  trainedOn: readonly string[],
): string | null {
  const seen = scope.flatMap(({ name }) => {
    const tags = datasets.find((dataset) => dataset.name === name)?.tags ?? [];
    return leakedTags(trainedOn, tags).length > 0 ? [name] : [];
  });
  return seen.length === 0 ? null : `trained on pictures of ${seen.join(', ')}`;
}

function incomplete(scope: readonly ScoredDataset[], model: string): string | null {
  const failed = scope.reduce((sum, { models }) => sum + (models.get(model)?.failed.length ?? 0), 0);
  return failed === 0 ? null : `${failed} failed ${failed === 1 ? 'cell' : 'cells'}`;
}

function concatenated(scope: readonly ScoredDataset[], model: string, metric: number): Float64Array {
  const parts = scope.map(({ models }) => models.get(model)?.columns[metric] ?? new Float64Array());
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One model's scores, image by image. */
export interface RankColumn {
  readonly model: string;
  /** Aligned over all models; NaN where the metric is undefined or the cell has no score. */
  readonly scores: ArrayLike<number>;
  /** Why the model may not be ranked here (trained on these pictures, failed cells); null if it may. */
  readonly excluded: string | null;
}

interface RankColumnsOptions {
  readonly metric: Pick<MetricMeta, 'id' | 'name' | 'better'>;
  /** Null: all datasets together. */
  readonly dataset: string | null;
  /** What else is to be known of the ranked models' training, for the table to say. */
  readonly cautions?: readonly string[];
  /** Chance, at most, of telling any two models apart that could change places on every image; default 0.05. */
  readonly alpha?: number;
  readonly seed?: string;
}

/**
 * Models ranked into tiers by their per-image scores: every pair by a sign-flip test over the images on which the metric
 * is defined for all ranked models, Holm over all pairs. Pure and seeded: the same columns give the same table, in
 * whatever order the models come. No rank without an image that all have.
 */
export function rankColumns(columns: readonly RankColumn[], options: RankColumnsOptions): RankingTable {
  const { metric, dataset, cautions = [], alpha = 0.05, seed = 'maskbench' } = options;
  const ranked = columns.filter(({ excluded }) => excluded === null);
  const length = Math.max(0, ...ranked.map(({ scores }) => scores.length));
  // a metric that is undefined for one model, as precision is for an empty mask, is compared for none there
  const rows = Array.from({ length }, (_, row) => row).filter((row) =>
    ranked.every(({ scores }) => Number.isFinite(scores[row])),
  );
  const contenders = ranked.map(({ model, scores }) => ({
    name: model,
    scores: Float64Array.from(rows, (row) => scores[row]),
  }));
  const ranking =
    rows.length === 0
      ? []
      : rankContenders(contenders, {
          better: metric.better,
          alpha,
          seed: `${seed}/${metric.id}/${dataset ?? '*'}`,
        }).contenders;
  return {
    metric: metric.id,
    title: metric.name,
    better: metric.better,
    dataset,
    n: rows.length,
    ranks: ranking.map(({ name: model, mean, tier, beatenBy, alike }) => ({
      model,
      mean,
      tier,
      beatenBy,
      alike,
    })),
    excluded: columns.flatMap(({ model, excluded }) =>
      excluded === null ? [] : [{ model, reason: excluded }],
    ),
    cautions,
  };
}
