import { describe, expect, it } from 'vitest';
import { rankColumns, type RankColumn } from '../../../src/analysis/compare/rank.js';
import { createRandom } from '../../../src/stats/random.js';

const random = createRandom('rank columns test');
const base = Float64Array.from({ length: 80 }, () => 0.85 + 0.05 * random.normal());
const shifted = (by: number): Float64Array => base.map((score) => score + by + 0.004 * random.normal());
const column = (model: string, scores: ArrayLike<number>, excluded: string | null = null): RankColumn => ({
  model,
  scores,
  excluded,
});
const iou = { metric: { id: 'iou', name: 'IoU', better: 'higher' }, dataset: 'd' } as const;

describe('ranking columns of per-image scores', () => {
  const good = column('good', shifted(0));
  const alike = column('alike', shifted(0));
  const poor = column('poor', shifted(-0.02));

  it('puts what cannot be told apart into one tier', () => {
    const { ranks, n } = rankColumns([poor, good, alike], iou);
    expect(n).toBe(80);
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
    const mae = { metric: { id: 'mae', name: 'MAE', better: 'lower' }, dataset: 'd' } as const;
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
      good.scores instanceof Float64Array ? good.scores.map((s, i) => (i < 30 ? Number.NaN : s)) : [],
    );
    expect(rankColumns([good, holes], iou).n).toBe(50);
    expect(rankColumns([good, { ...holes, excluded: 'failed' }], iou).n).toBe(80);
  });

  it('ranks nobody without images', () => {
    expect(rankColumns([], iou)).toMatchObject({ n: 0, ranks: [] });
    expect(rankColumns([column('a', [Number.NaN])], iou)).toMatchObject({ n: 0, ranks: [] });
  });
});
