import { describe, expect, it } from 'vitest';
import { pooledScores } from '../../../src/scoring/aggregate/pooled.js';
import { fixed } from '../../../src/metrics/fixed/index.js';
import { accelerationOf, bcaEnds } from '../../../src/stats/bootstrap.js';
import { hallEnds } from '../../../src/stats/mean-interval.js';
import { momentsOf } from '../../../src/stats/moments.js';
import { createRandom } from '../../../src/stats/random.js';
import { studentQuantile } from '../../../src/stats/student-distribution.js';
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

  it('have the widest of the interval that a bootstrap of the images themselves finds, the jackknife\u2019s t and Hall', () => {
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
    const bca = bcaEnds(replicates, iouOf(all), accelerationOf(without), 0.95);
    const pseudo = without.map((value) => 50 * iouOf(all) - 49 * value);
    const { standardError } = momentsOf(pseudo);
    const reach = studentQuantile(0.975, 49) * standardError;
    const skewness = 6 * Math.sqrt(50) * accelerationOf(without);
    const hall = hallEnds({ n: 50, mean: iouOf(all), standardError, skewness }, 0.95);
    const { pooledInterval: interval, pooledCaution } = pooledScores(counts, fixed.metrics, 'one')['iou'];
    if (interval === undefined || 'undefined' in interval) throw new Error('no interval');
    expect(interval[0]).toBeCloseTo(Math.min(bca.lower, hall.lower, iouOf(all) - reach), 12);
    expect(interval[1]).toBeCloseTo(Math.max(bca.upper, hall.upper, iouOf(all) + reach), 12);
    expect(pooledCaution).toBe('few-values');
  });

  it('have an interval within what the score can be, and no caution of many even images', () => {
    const perfect = Float64Array.from({ length: 4 * 6 }, (_, i) => [99, i === 1 ? 60 : 0, 0, 5][i % 4]);
    const { pooledInterval } = pooledScores(perfect, fixed.metrics, 'one')['iou'];
    expect(pooledInterval).toMatchObject({ 1: 1 });
    const many = Float64Array.from({ length: 4 * 250 }, (_, i) => [90 + (i % 7), 5, 5 - (i % 3), 50][i % 4]);
    expect(pooledScores(many, fixed.metrics, 'one')['iou']).not.toHaveProperty('pooledCaution');
    // every second image nine times as large: 250 tell as much as 152 of equal size
    const uneven = many.map((count, i) => (Math.floor(i / 4) % 2 === 0 ? 9 * count : count));
    expect(pooledScores(uneven, fixed.metrics, 'one')['iou']?.pooledCaution).toBe('skewed');
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
