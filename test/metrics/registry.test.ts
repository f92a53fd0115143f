import { describe, expect, it } from 'vitest';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { METRICS, metricsOf } from '../../src/metrics/registry.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { gray } from './arbitrary-masks.js';

const ids = METRICS.map(({ meta }) => meta.id);

describe('the registry', () => {
  it('has every metric id once', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the ids that `score --format json` promises', () => {
    const thresholded = ['iou', 'dice', 'ber', 'kappa', 'precision', 'recall', 'specificity'].flatMap(
      (family) => ['max', 'mean', 'adp', 'bin'].map((variant) => `sod.${variant}_${family}`),
    );
    const promised = [
      'iou dice pixel_accuracy precision recall specificity ber kappa boundary_iou mae',
      'sod.mae sod.max_f sod.mean_f sod.adp_f sod.wf sod.s sod.max_e sod.mean_e sod.adp_e sod.hce sod.ms_iou',
      'matting.sad matting.mse matting.mad matting.grad matting.conn',
      'cutout.halo cutout.halo_white cutout.halo_black cutout.lost_detail cutout.opacity_loss',
      'cutout.rim_white cutout.rim_black cutout.white cutout.black',
    ].flatMap((line) => line.split(' '));
    expect(ids).toEqual(expect.arrayContaining([...promised, ...thresholded]));
  });

  it('says of every metric what it is, where it is from and what empty masks do', () => {
    for (const { meta } of METRICS) {
      for (const text of [meta.name, meta.formula, meta.source, meta.emptyMasks]) {
        expect(text.length, meta.id).toBeGreaterThan(2);
      }
    }
  });

  it('prefixes the ids of every protocol but the default with its name', () => {
    for (const { meta } of METRICS) {
      expect(meta.id.includes('.') ? meta.id.split('.')[0] : 'fixed').toBe(meta.protocol);
    }
  });

  it('gives the metrics of the protocols asked for', () => {
    expect(metricsOf(['fixed']).every(({ meta }) => meta.protocol === 'fixed')).toBe(true);
    expect(metricsOf(['sod', 'cutout', 'fixed', 'matting'])).toEqual(METRICS);
    expect(metricsOf([])).toEqual([]);
  });
});

describe('scoring a pair', () => {
  it('gives the same values in whatever order the metrics are asked', () => {
    expect(scoreSmallPair(METRICS.toReversed())).toEqual(scoreSmallPair(METRICS));
  });
});

function scoreSmallPair(metrics: typeof METRICS) {
  const prediction = gray([
    [0, 90, 255, 130],
    [10, 255, 128, 0],
    [0, 0, 77, 255],
  ]);
  const truth = gray([
    [0, 0, 255, 255],
    [0, 255, 255, 0],
    [0, 0, 0, 0],
  ]);
  return scorePair(createPair(prediction, createTruth(truth)), metrics);
}
