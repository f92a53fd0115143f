import { describe, expect, it } from 'vitest';
import { meansOfDatasets, metricMeans } from '../../../src/scoring/aggregate/metric-means.js';
import {
  gatherRows,
  rowWidth,
  scoreRow,
  type ScoredColumns,
  type ScoreRow,
} from '../../../src/scoring/aggregate/score-row.js';
import type { MetricValue } from '../../../src/schema/metric-value.js';
import { metricsOf } from '../../../src/metrics/registry.js';

const metrics = metricsOf(['fixed']).filter(({ meta }) => ['iou', 'mae'].includes(meta.id));
const ids = metrics.map(({ meta }) => meta.id);
const row = (iou: MetricValue, counted = true) =>
  scoreRow(ids, { iou, mae: 0.25 }, counted ? { tp: 3, fp: 1, fn: 0, tn: 4 } : undefined);

const of = (rows: readonly ScoreRow[], units?: readonly string[]): ScoredColumns => {
  const gathered = gatherRows(rowWidth(ids.length));
  rows.forEach(gathered.add);
  return { columns: gathered.columns(), scored: rows.length, units };
};

describe('the means of one dataset', () => {
  it('are over the images that have a value, and say over how many', () => {
    const { iou, mae } = metricMeans(of([row(0.5), row(1), row({ undefined: 'none' })]), metrics, 'one');
    expect(iou).toMatchObject({ mean: 0.75, n: 2, undefined: 1, pooled: 9 / 12 });
    expect(mae).toMatchObject({ mean: 0.25, n: 3, undefined: 0, interval: [0.25, 0.25] });
  });

  it('are pooled for scores of counts alone', () => {
    const { iou, mae } = metricMeans(of([row(0.5), row(1)]), metrics, 'one');
    expect(iou).toHaveProperty('pooledInterval');
    expect(mae).not.toHaveProperty('pooled');
    expect(metricMeans(of([row(0.5, false)]), metrics, 'one')['iou']).not.toHaveProperty('pooled');
  });

  it('of no images are null', () => {
    expect(metricMeans(of([]), metrics, 'one')['iou']).toEqual({
      mean: null,
      n: 0,
      undefined: 0,
      interval: { undefined: 'no image has a value' },
    });
  });
});

describe('the means of units', () => {
  it('count every unit alike, resample units, and leave pooled scores what they are', () => {
    const rows = [row(1), row(0.5), row(0.5), row(0.5), row({ undefined: 'none' })];
    const units = ['a', 'b', 'b', 'b', 'c'];
    const { iou, mae } = metricMeans(of(rows, units), metrics, 'one');
    expect(iou).toMatchObject({ mean: 0.75, n: 4, units: 2, undefined: 1, pooled: 15 / 20 });
    expect(mae).toMatchObject({ n: 5, units: 3, interval: [0.25, 0.25] });
    const single = metricMeans(of([row(1), row(0.5)]), metrics, 'one')['iou'];
    expect(iou.interval).toEqual(single.interval);
    const own = metricMeans(of(rows, ['1', '2', '3', '4', '5']), metrics, 'one')['iou'];
    expect(own).toEqual({ ...metricMeans(of(rows), metrics, 'one')['iou'], units: 4 });
    expect(meansOfDatasets([of(rows, units), of([row(0)])], metrics)['iou']).toMatchObject({
      mean: 0.375,
      n: 5,
      units: 3,
    });
  });
});

describe('the means of datasets', () => {
  it('weigh every dataset alike, and are null where one has no value', () => {
    const [large, small] = [of([row(1), row(1), row(1)]), of([row(0)])];
    expect(meansOfDatasets([large, small], metrics)['iou']).toMatchObject({ mean: 0.5, n: 4 });
    expect(meansOfDatasets([large, of([])], metrics)['iou'].mean).toBeNull();
  });
});
