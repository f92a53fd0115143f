import type { RankingTable } from '../../schema/ranking.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { rankContenders } from '../../stats/ranking.js';

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
