import { describe, expect, it } from 'vitest';
import { rankColumns, type RankColumn } from '../../../src/analysis/compare/rank.js';
import { createRandom } from '../../../src/stats/random.js';

const random = createRandom('rank columns test');
const base = Float64Array.from({ length: 800 }, () => 0.85 + 0.03 * random.normal());
const shifted = (by: number): Float64Array => base.map((score) => score + by + 0.004 * random.normal());
const column = (model: string, scores: ArrayLike<number>, excluded: string | null = null): RankColumn => ({
  model,
  datasets: [scores],
  excluded,
});
const iou = { metric: { id: 'iou', name: 'IoU', better: 'higher', range: [0, 1] }, dataset: 'd' } as const;

describe('ranking columns of per-image scores', () => {
  const good = column('good', shifted(0));
  const alike = column('alike', shifted(0));
  const poor = column('poor', shifted(-0.02));

  it('puts what cannot be told apart into one tier', () => {
    const { ranks, n } = rankColumns([poor, good, alike], iou);
    expect(n).toBe(800);
    expect(Object.fromEntries(ranks.map(({ model, tier }) => [model, tier]))).toEqual({
      good: 1,
      alike: 1,
      poor: 2,
    });
  });

  it('does not depend on the order of the models', () => {
    expect(rankColumns([alike, poor, good], iou).ranks).toEqual(rankColumns([good, alike, poor], iou).ranks);
  });

  it('turns round for a metric that is better when lower', () => {
    const mae = { metric: { id: 'mae', name: 'MAE', better: 'lower', range: [0, 1] }, dataset: 'd' } as const;
    expect(rankColumns([good, poor], mae).ranks.map(({ model }) => model)).toEqual(['poor', 'good']);
  });

  it('leaves out who may not be ranked, and says why', () => {
    const { ranks, excluded } = rankColumns([good, column('seen', shifted(0.1), 'trained on d')], iou);
    expect(ranks.map(({ model }) => model)).toEqual(['good']);
    expect(excluded).toEqual([{ model: 'seen', reason: 'trained on d' }]);
  });

  it('uses the images on which the metric is defined for all ranked models', () => {
    const holes = column(
      'holes',
      Array.from(good.datasets[0] ?? [], (score, i) => (i < 30 ? Number.NaN : score)),
    );
    expect(rankColumns([good, holes], iou).n).toBe(770);
    expect(rankColumns([good, { ...holes, excluded: 'failed' }], iou).n).toBe(800);
  });

  it('says where nothing can be told apart, whatever the scores', () => {
    const few = [column('a', [1, 1, 1, 1]), column('b', [0, 0, 0, 0])];
    expect(rankColumns(few, iou)).toMatchObject({
      ranks: [{ tier: 1 }, { tier: 1 }],
      cautions: ['Fewer than 6 images: no two of 2 models can be told apart, whatever their scores.'],
    });
    const many = (n: number) =>
      Array.from({ length: 10 }, (_, i) => column(`${i}`, new Float64Array(n).fill(i / 10)));
    expect(rankColumns(many(11), iou).cautions).toEqual([
      'Fewer than 12 images: no two of 10 models can be told apart, whatever their scores.',
    ]);
    expect(rankColumns(many(12), iou).cautions).toEqual([]);
    const endless = { ...iou, metric: { ...iou.metric, name: 'SAD', range: [0, null] } } as const;
    expect(rankColumns([good, poor], endless)).toMatchObject({
      ranks: [
        { model: 'good', tier: 1 },
        { model: 'poor', tier: 1 },
      ],
      cautions: [
        'SAD has no largest or no smallest value, so no bound holds for its mean: nothing is told apart.',
      ],
    });
    expect(rankColumns([good, poor], iou).cautions).toEqual([]);
  });

  it('weighs datasets alike, and has no mean of them without one', () => {
    const uneven = (model: string, a: number, b: number, ...more: readonly number[][]): RankColumn => ({
      model,
      datasets: [new Float64Array(90).fill(a), new Float64Array(10).fill(b), ...more],
      excluded: null,
    });
    const { ranks, n } = rankColumns([uneven('images', 0.6, 0.1), uneven('datasets', 0.5, 0.9)], iou);
    expect([n, ranks.map(({ model }) => model)]).toEqual([100, ['datasets', 'images']]);
    expect(ranks[0]?.mean).toBeCloseTo(0.7, 12);
    const undefinedThere = [[Number.NaN]];
    expect(
      rankColumns(
        [uneven('images', 0.6, 0.1, ...undefinedThere), uneven('datasets', 0.5, 0.9, ...undefinedThere)],
        iou,
      ),
    ).toMatchObject({
      n: 100,
      ranks: [],
      cautions: [
        'A dataset has no image on which IoU is defined for all models: there is no mean of datasets.',
      ],
    });
  });

  it('ranks nobody without images', () => {
    expect(rankColumns([], iou)).toMatchObject({ n: 0, ranks: [] });
    expect(rankColumns([column('a', [Number.NaN])], iou)).toMatchObject({ n: 0, ranks: [] });
  });
});
