import type { RankingReport, RankingTable } from '../../schema/ranking.js';
import { leakedTags, trainingCautions } from '../../schema/leakage.js';
import { unknownName } from '../../core/names.js';
import type { MetricMeta } from '../../metrics/metric.js';
import { headlineOf, metaOf } from '../../metrics/registry.js';
import type { RunScores, ScoredDataset } from '../../store/load-run-scores.js';
import type { Side, SideFacts } from './side.js';
import { suspectedClusters } from '../../datasets/suspected-clusters.js';
import { boundedRange } from '../../metrics/metric.js';
import { leastImages } from '../../stats/images-for-margin.js';
import { bestFirst, intoTiers } from '../../stats/ranking.js';
import { rankByBounds } from '../../stats/ranking-by-bounds.js';
import { unitMeans } from '../../stats/unit-means.js';
import { meanOf } from '../../stats/values.js';

export interface RankOptions {
  /** Ids; every metric gets its tables. Default: the headline of the run's first protocol. */
  readonly metrics?: readonly string[] | undefined;
  /** Default 0.05. */
  readonly alpha?: number;
}

/**
 * Ranks the models of one run into tiers: on every dataset and, with several, on all of them, each weighing the same. A model is left
 * out of a table, and named, if it was trained on pictures of its datasets, or if some of its cells failed there: a mean
 * over other images is another mean.
 *
 * @throws MaskbenchError `config.unknown-name` for a metric that the run has no scores of.
 */
export async function rankRun(side: Side, options: RankOptions = {}): Promise<RankingReport> {
  const { facts } = side;
  const { alpha = 0.05 } = options;
  const wanted = options.metrics ?? [headlineOf(facts.metrics) ?? 'iou'];
  const names = facts.models.map(({ name }) => name);
  const scores = await side.loadScores(names, wanted);
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
        throw unknownName('the run has no scores of', id, facts.metrics, {
          where: facts.label,
          otherwise: `it has ${facts.metrics.join(', ')}`,
        });
      }
      return scopes.map((scope) => rankScope(facts, scores, scope, metaOf(id), alpha));
    }),
  };
}

function rankScope(
  facts: SideFacts,
  scores: RunScores,
  scope: readonly ScoredDataset[],
  metric: MetricMeta,
  alpha: number,
): RankingTable {
  const position = scores.metrics.indexOf(metric.id);
  const columns = facts.models.map(({ name, spec }) => ({
    model: name,
    datasets: scope.map(({ models }) => models.get(name)?.columns[position] ?? []),
    excluded: leak(facts, scope, spec.trainedOn) ?? incomplete(scope, name),
  }));
  const ranked = new Set(columns.flatMap(({ model, excluded }) => (excluded === null ? [model] : [])));
  const cautions = trainingCautions(
    facts.models.filter(({ name }) => ranked.has(name)).map(({ spec }) => spec),
    facts.datasets
      .filter((one) => scope.some((scored) => scored.name === one.name))
      .map((one) => ({ title: one.name, tags: one.tags })),
  );
  const clusters = scope.flatMap((one) => {
    const tags = facts.datasets.find(({ name }) => name === one.name)?.tags ?? [];
    return suspectedClusters({ ...one, tags }) ?? [];
  });
  const dataset = scope.length === 1 ? scope[0].name : null;
  return rankColumns(columns, {
    metric,
    dataset,
    units: scope.map(({ units }) => units),
    cautions: [...cautions, ...clusters.map((line) => `${line}.`)],
    alpha,
  });
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

/** One model's scores, image by image. */
export interface RankColumn {
  readonly model: string;
  /** Of every dataset, aligned over all models; NaN where the metric is undefined or the cell has no score. */
  readonly datasets: readonly ArrayLike<number>[];
  /** Why the model may not be ranked here (trained on these pictures, failed cells); null if it may. */
  readonly excluded: string | null;
}

export interface RankColumnsOptions {
  readonly metric: Pick<MetricMeta, 'id' | 'name' | 'better' | 'range'>;
  /** Null: the mean of all datasets' means. */
  readonly dataset: string | null;
  /** Of every dataset the independent unit of each image; undefined where each is one of its own. */
  readonly units?: readonly (readonly string[] | undefined)[];
  /** What else is to be known of the ranked models' training, for the table to say. */
  readonly cautions?: readonly string[];
  /** Chance, at most, of any "better" that is not so; default 0.05. */
  readonly alpha?: number;
}

/**
 * Models ranked into tiers by bounds on the differences of their means that hold for all scores in the metric's range
 * (`rankByBounds`), over the images on which the metric is defined for all ranked models; every dataset weighs the same. A
 * metric without an end has no bound: nothing is told apart by it. Pure: the same columns give the same table, in whatever
 * order the models come. No rank without an image of every dataset that all have.
 */
export function rankColumns(columns: readonly RankColumn[], options: RankColumnsOptions): RankingTable {
  const { metric, dataset, units = [], cautions = [], alpha = 0.05 } = options;
  const ranked = columns.filter(({ excluded }) => excluded === null);
  // a metric that is undefined for one model, as precision is for an empty mask, is compared for none there
  const rows = (ranked[0]?.datasets ?? []).map((first, d) =>
    Array.from(first, (_, row) => row).filter((row) =>
      ranked.every(({ datasets }) => Number.isFinite(datasets[d]?.[row])),
    ),
  );
  const images = rows.reduce((sum, { length }) => sum + length, 0);
  const keys = rows.map((own, d) => own.map((row) => units[d]?.[row] ?? String(row)));
  const n = keys.reduce((sum, own) => sum + new Set(own).size, 0);
  const contenders = ranked.map(({ model, datasets }) => ({
    name: model,
    datasets: rows.map((own, d) => {
      const scores = Float64Array.from(own, (row) => datasets[d][row]);
      return units[d] === undefined ? scores : unitMeans(scores, keys[d]).means;
    }),
  }));
  const range = boundedRange(metric);
  const { better } = metric;
  const withMeans = (): Parameters<typeof intoTiers>[0] =>
    bestFirst(
      contenders.map((one) => ({ name: one.name, mean: meanOf(one.datasets.map(meanOf)) })),
      better,
    );
  // a mean of datasets needs all of them
  const isWithoutMean = rows.some(({ length }) => length === 0);
  const ranking =
    n === 0 || isWithoutMean
      ? []
      : range === null
        ? intoTiers(withMeans(), []).contenders
        : rankByBounds(contenders, { better, range, alpha }).contenders;
  return {
    metric: metric.id,
    title: metric.name,
    better,
    dataset,
    n: images,
    ...(units.every((own) => own === undefined) ? {} : { units: n }),
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
    cautions: [
      ...cautions,
      ...(n > 0 && isWithoutMean
        ? [
            `A dataset has no image on which ${metric.name} is defined for all models: there is no mean of datasets.`,
          ]
        : []),
      ...limitsOf(
        metric,
        ranking.length,
        n,
        alpha,
        units.every((own) => own === undefined) ? 'images' : 'units',
      ),
    ],
  };
}

/** Why nothing can be told apart here, whatever the scores are. */
function limitsOf(
  { name, range }: RankColumnsOptions['metric'],
  models: number,
  n: number,
  alpha: number,
  counted: 'images' | 'units',
): readonly string[] {
  if (models < 2) return [];
  const [low, high] = range;
  if (high === null || !Number.isFinite(low)) {
    return [
      `${name} has no largest or no smallest value, so no bound holds for its mean: nothing is told apart.`,
    ];
  }
  const width = high - low;
  const level = 1 - alpha / (models * (models - 1));
  const least = leastImages({ margin: 0, range: [-width, width], level }, width);
  return n < least
    ? [`Fewer than ${least} ${counted}: no two of ${models} models can be told apart, whatever their scores.`]
    : [];
}
