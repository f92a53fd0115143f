import { describe, expect, it } from 'vitest';
import { pooledScores } from '../../../src/scoring/aggregate/pooled.js';
import { fixed } from '../../../src/metrics/fixed/index.js';
import { accelerationOf, bcaEnds } from '../../../src/stats/bootstrap.js';
import { createRandom } from '../../../src/stats/random.js';
import { generator } from '../../support/tiny-datasets.js';

const random = generator(11);
const images = Array.from({ length: 50 }, () => {
  const size = 100 + Math.floor(900 * random());
  const tp = Math.floor(size * 0.3 * random());
  const fp = Math.floor(size * 0.1 * random());
  const fn = Math.floor(size * 0.1 * random());
  return [tp, fp, fn, size - tp - fp - fn];
});
const counts = Float64Array.from(images.flat());

describe('scores pooled over pixels', () => {
  it('apply each formula once, to the sums of the counts', () => {
    const [tp, fp, fn, tn] = [0, 1, 2, 3].map((k) => images.reduce((sum, of) => sum + of[k], 0));
    const { iou, dice, pixel_accuracy, precision, recall } = pooledScores(counts, fixed.metrics, 'one');
    expect(iou.pooled).toBe(tp / (tp + fp + fn));
    expect(dice.pooled).toBe((2 * tp) / (2 * tp + fp + fn));
    expect(pixel_accuracy.pooled).toBe((tp + tn) / (tp + fp + fn + tn));
    expect(precision.pooled).toBe(tp / (tp + fp));
    expect(recall.pooled).toBe(tp / (tp + fn));
  });

  it('have the interval that a bootstrap of the images themselves finds with the same resamples', () => {
    const iouOf = (units: Iterable<number>): number => {
      let [hit, all] = [0, 0];
      for (const unit of units) {
        const [tp, fp, fn] = images[unit];
        hit += tp;
        all += tp + fp + fn;
      }
      return hit / all;
    };
    const draws = createRandom(0);
    const drawn = new Uint32Array(images.length);
    const replicates = Float64Array.from({ length: 2000 }, () => {
      draws.fillBelow(drawn, images.length);
      return iouOf(drawn);
    }).sort();
    const all = [...images.keys()];
    const without = Float64Array.from(all, (left) => iouOf(all.filter((i) => i !== left)));
    const { lower, upper } = bcaEnds(replicates, iouOf(all), accelerationOf(without), 0.95);
    const interval = pooledScores(counts, fixed.metrics, 'one')['iou'].pooledInterval;
    if ('undefined' in interval) throw new Error('no interval');
    expect(interval[0]).toBeCloseTo(lower, 12);
    expect(interval[1]).toBeCloseTo(upper, 12);
  });

  it('of one image have no interval, and say why', () => {
    const { pooled, pooledInterval } = pooledScores(counts.subarray(0, 4), fixed.metrics, 'one')['iou'];
    expect(pooled).toBeTypeOf('number');
    expect(pooledInterval).toEqual({ undefined: 'one image shows no spread' });
  });

  it('are undefined where the formula is, and have no interval where a resample has no score', () => {
    const nothing = pooledScores(Float64Array.of(0, 0, 5, 5, 0, 0, 5, 5), fixed.metrics, 'one');
    expect(nothing['precision']).toMatchObject({ pooled: { undefined: 'the prediction is empty' } });
    expect(nothing['precision'].pooledInterval).toHaveProperty('undefined');
    const half = pooledScores(Float64Array.of(0, 0, 5, 5, 5, 1, 0, 5), fixed.metrics, 'one');
    expect(half['precision'].pooled).toBe(5 / 6);
    expect(half['precision'].pooledInterval).toEqual({
      undefined: 'the pooled score is undefined in a resample',
    });
  });
});
