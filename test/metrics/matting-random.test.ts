import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../src/schema/metric-value.js';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { matting } from '../../src/metrics/matting/index.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { mattePairs, mirror, transpose, turnOver } from '../support/drawn-mattes.js';
import { expectNear } from '../support/expect-near.js';
import { slowBoundaryAccuracy, slowConnectivityError, slowGradientMagnitude } from './slow-matting.js';

describe('on random mattes', () => {
  it('agrees with plain sums over the pixels', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const all = Array.from(truth.data, (g, i) => ({ g, d: Math.abs(prediction.data[i] - g) / 255 }));
        const translucent = all.filter(({ g }) => g > 0 && g < 255);
        const opaque = all.filter(({ g }) => g === 0 || g === 255);
        const scores = score(prediction, truth);
        expectNear(scores['matting.sad'], total(all.map(({ d }) => d)) / 1000, 1e-12);
        expectNear(scores['matting.mse'], mean(all.map(({ d }) => d * d)), 1e-12);
        expectNear(scores['matting.mad'], mean(all.map(({ d }) => d)), 1e-12);
        for (const [id, part] of [
          ['mae_translucent', translucent] as const,
          ['mae_opaque', opaque] as const,
        ]) {
          const value = scores[`matting.${id}`];
          if (part.length === 0) expect(value).toHaveProperty('undefined');
          else expectNear(value, mean(part.map(({ d }) => d)), 1e-12);
        }
      }),
    );
  });

  it('agrees with a two-dimensional convolution for the gradient', () => {
    fc.assert(
      fc.property(mattePairs(24), ({ prediction, truth }) => {
        const errors = Array.from(truth.data, (_, i) => {
          const [x, y] = [i % truth.width, Math.floor(i / truth.width)];
          const [p, g] = [prediction, truth].map((image) => slowGradientMagnitude(image, 1.4, x, y));
          return (p - g) ** 2;
        });
        expectNear(score(prediction, truth)['matting.grad'], total(errors) / 10, 1e-5);
      }),
      { numRuns: 25 },
    );
  });

  it('agrees with flood filling at every threshold for connectivity', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const { error } = slowConnectivityError(prediction, truth);
        expectNear(score(prediction, truth)['matting.conn'], error, 1e-9);
      }),
    );
  });

  it('agrees with a look under every pixel\u2019s kernel for boundary accuracy', () => {
    fc.assert(
      fc.property(mattePairs(70), ({ prediction, truth }) => {
        const value = score(prediction, truth)['matting.mba'];
        const slow = slowBoundaryAccuracy(prediction, truth);
        if (slow === undefined) expect(value).toHaveProperty('undefined');
        else expectNear(value, slow, 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it('stays within the bounds that each metric declares', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const scores = score(prediction, truth);
        for (const { meta } of matting.metrics) {
          const value = scores[meta.id];
          if (typeof value !== 'number') continue;
          expect(value, meta.id).toBeGreaterThanOrEqual(meta.range[0]);
          expect(value, meta.id).toBeLessThanOrEqual(meta.range[1] ?? Number.MAX_VALUE);
        }
      }),
    );
  });

  it('gives the best value, 0 or 1, to the ground truth itself', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ truth }) => {
        const scores = score(truth, truth);
        for (const { meta } of matting.metrics) {
          const value = scores[meta.id];
          if (typeof value === 'number') expect(value, meta.id).toBe(meta.better === 'lower' ? 0 : 1);
        }
      }),
    );
  });

  it('does not change when both images are mirrored or turned over', () => {
    fc.assert(
      fc.property(mattePairs(40), fc.constantFrom(mirror, turnOver), ({ prediction, truth }, flip) => {
        // Of two components of the same size the first in raster order is taken, so a tie may fall the other way.
        const ids = sameUnlessTied(prediction, truth);
        expectSame(score(flip(prediction), flip(truth)), score(prediction, truth), ids, 1e-9);
      }),
    );
  });

  it('does not change by transposition, boundary accuracy apart, whose kernel is wider than high', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const ids = sameUnlessTied(prediction, truth).filter((id) => id !== 'matting.mba');
        const scores = score(transpose(prediction), transpose(truth));
        // Single precision is left after the first of the two filters, and then that is another one.
        expectSame(scores, score(prediction, truth), ids, 1e-5);
      }),
    );
  });

  it('does not ask which matte is the truth, in SAD, MSE, MAD, gradient and connectivity', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const forth = score(prediction, truth);
        const back = score(truth, prediction);
        expectSame(back, forth, SYMMETRIC, 1e-12);
      }),
    );
  });

  it('has the worst SAD, MSE and MAD for an inverted mask, and no right pixel at its contour', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ truth }) => {
        const mask = { ...truth, data: truth.data.map((v) => (v > 128 ? 255 : 0)) };
        const scores = score({ ...mask, data: mask.data.map((v) => 255 - v) }, mask);
        expectNear(scores['matting.sad'], mask.data.length / 1000, 1e-12);
        expect(scores['matting.mse']).toBe(1);
        expect(scores['matting.mad']).toBe(1);
        if (typeof scores['matting.mba'] === 'number') expect(scores['matting.mba']).toBe(0);
      }),
    );
  });

  it('has a MAD that is the mean of its translucent and opaque parts', () => {
    fc.assert(
      fc.property(mattePairs(40), ({ prediction, truth }) => {
        const scores = score(prediction, truth);
        const pixels = truth.data.length;
        const translucent = truth.data.filter((g) => g > 0 && g < 255).length;
        const parts =
          weigh(scores['matting.mae_translucent'], translucent) +
          weigh(scores['matting.mae_opaque'], pixels - translucent);
        expectNear(scores['matting.mad'], parts / pixels, 1e-12);
      }),
    );
  });
});

const SYMMETRIC = ['sad', 'mse', 'mad', 'grad', 'conn'].map((id) => `matting.${id}`);

function score(prediction: GrayImage, truth: GrayImage): Record<string, MetricValue> {
  return scorePair(createPair(prediction, createTruth(truth)), matting.metrics);
}

function sameUnlessTied(prediction: GrayImage, truth: GrayImage): readonly string[] {
  const { tied } = slowConnectivityError(prediction, truth);
  return matting.metrics.map(({ meta }) => meta.id).filter((id) => !tied || id !== 'matting.conn');
}

function expectSame(
  actual: Record<string, MetricValue>,
  expected: Record<string, MetricValue>,
  ids: readonly string[],
  tolerance: number,
): void {
  for (const id of ids) {
    const value = expected[id];
    if (typeof value === 'number') expectNear(actual[id], value, tolerance * Math.max(1, value), id);
    else expect(actual[id], id).toEqual(value);
  }
}

function weigh(value: MetricValue, pixels: number): number {
  return typeof value === 'number' ? value * pixels : 0;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mean(values: readonly number[]): number {
  return total(values) / values.length;
}
