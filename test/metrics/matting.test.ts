import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MetricValue } from '../../src/core/metric-value.js';
import { packAtLeast, unpackBits } from '../../src/image/bit-mask.js';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { boundaryBand, boundaryRadii } from '../../src/metrics/matting/boundary-bands.js';
import { mattingMetrics } from '../../src/metrics/matting/index.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { draw, drawBlocks, mattePairs, mirror, transpose, turnOver } from '../support/drawn-mattes.js';
import { edgeMattingCases, realMattingCases } from './golden-matting.js';
import { slowBoundaryAccuracy, slowConnectivityError, slowGradientMagnitude } from './slow-matting.js';

const SAME_ARITHMETIC = 1e-9;
/** The reference adds the gradient's errors in single precision: that far is it off its own exact sum. */
const SINGLE_PRECISION = 1e-6;

describe.each([...edgeMattingCases, ...realMattingCases])('$name', ({ load, expected }) => {
  it('has the values of P3M\u2019s evaluation', async () => {
    const { prediction, truth } = await load();
    const scores = score(prediction, truth);
    for (const [key, value] of Object.entries(expected.matting_whole_image)) {
      const tolerance = key === 'grad' ? SINGLE_PRECISION * Math.max(1, value) : SAME_ARITHMETIC;
      expectNear(scores[`matting.${key}`], value, tolerance, key);
    }
  });

  it('has BiRefNet\u2019s mean boundary accuracy, or says that there is no contour', async () => {
    const { prediction, truth } = await load();
    const value = score(prediction, truth)['matting.mba'];
    if (expected.mba === null) expect(value).toEqual({ undefined: 'the ground truth has no contour' });
    else expectNear(value, expected.mba, SAME_ARITHMETIC);
  });
});

it.skipIf(realMattingCases.length === 0)(
  'has real mattes too: skipped unless ../shared/golden is beside the checkout',
  () => {
    expect(realMattingCases).toHaveLength(12);
  },
);

const Reference = z.object({
  kernelRows: z.record(z.string(), z.array(z.number())),
  cases: z.array(
    z.object({
      seed: z.number(),
      width: z.number(),
      height: z.number(),
      block: z.number(),
      prediction: z.enum(['soft', 'mask', 'levels']),
      truth: z.enum(['soft', 'mask', 'levels']),
      gradient: z.number(),
      gradientInSingle: z.number(),
      connectivity: z.number(),
    }),
  ),
});
const reference = Reference.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, 'matting.json'), 'utf8')),
);

describe('figures of scipy, scikit-image and OpenCV', () => {
  it.each(reference.cases)('$width x $height, $prediction against $truth in blocks of $block', (c) => {
    const prediction = drawBlocks(c.width, c.height, c.block, c.prediction, c.seed);
    const truth = drawBlocks(c.width, c.height, c.block, c.truth, c.seed + 100);
    const scores = score(prediction, truth);
    expectNear(scores['matting.grad'], c.gradient, SAME_ARITHMETIC);
    expectNear(scores['matting.grad'], c.gradientInSingle, SINGLE_PRECISION * Math.max(1, c.gradient));
    expectNear(scores['matting.conn'], c.connectivity, SAME_ARITHMETIC);
  });

  it.each(Object.entries(reference.kernelRows))(
    'a pixel spreads over OpenCV\u2019s kernel of radius %s',
    (radius, rows) => {
      const r = Number(radius);
      const side = 2 * r + 5;
      const pixel = draw(side, side, (x, y) => (x === r + 2 && y === r + 2 ? 255 : 0));
      const band = unpackBits(boundaryBand(packAtLeast(pixel, 128), r).mask);
      const lengths = Array.from({ length: side }, (_, y) =>
        total([...band.subarray(y * side, (y + 1) * side)]),
      );
      expect(lengths).toEqual([0, 0, ...rows, 0, 0]);
    },
  );
});

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
        expectNear(score(prediction, truth)['matting.conn'], error, SAME_ARITHMETIC);
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
        for (const { meta } of mattingMetrics) {
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
        for (const { meta } of mattingMetrics) {
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

describe('conventions', () => {
  it('forgives an inverted mask its gradient and its connectivity, as the reference does', () => {
    const truth = draw(60, 40, (x, y) => (Math.hypot(x - 30, y - 20) < 12 ? 255 : 0));
    const inverted = draw(60, 40, (x, y) => 255 - truth.data[y * 60 + x]);
    const scores = score(inverted, truth);
    expectNear(scores['matting.grad'], 0, 1e-9);
    expect(scores['matting.conn']).toBe(0);
    expect(scores['matting.mad']).toBe(1);
  });

  it('counts a disconnected part against connectivity', () => {
    const truth = draw(40, 20, (x, y) => ((x < 20 && y < 15) || isOnIsland(x, y) ? 255 : 0));
    const lost = draw(40, 20, (x, y) => (isOnIsland(x, y) ? 0 : truth.data[y * 40 + x]));
    expectNear(score(lost, truth)['matting.conn'], (4 * 3) / 1000, 1e-12);
  });

  it('names what the ground truth lacks', () => {
    const mask = draw(4, 4, (x) => (x < 2 ? 255 : 0));
    const haze = draw(4, 4, () => 77);
    expect(score(mask, mask)['matting.mae_translucent']).toEqual({
      undefined: 'the ground truth has no translucent pixel',
    });
    expect(score(mask, haze)['matting.mae_opaque']).toEqual({
      undefined: 'the ground truth is translucent everywhere',
    });
  });

  it('looks at five radii up to a hundredth and a half of the mean side', () => {
    expect(boundaryRadii(100, 120)).toEqual([1, 1, 1, 1, 1]);
    expect(boundaryRadii(850, 601)).toEqual([1, 1, 2, 3, 4]);
    expect(boundaryRadii(3264, 2448)).toEqual([1, 4, 8, 11, 15]);
  });

  it('sees a contour across word borders and at the image\u2019s border with the large kernels of large images', () => {
    const truth = drawBlocks(700, 500, 37, 'mask', 5);
    const prediction = drawBlocks(700, 500, 13, 'mask', 6);
    expectNear(
      score(prediction, truth)['matting.mba'],
      slowBoundaryAccuracy(prediction, truth) ?? NaN,
      1e-12,
    );
  });
});

function score(prediction: GrayImage, truth: GrayImage): Record<string, MetricValue> {
  return scorePair(createPair(prediction, createTruth(truth)), mattingMetrics);
}

function sameUnlessTied(prediction: GrayImage, truth: GrayImage): readonly string[] {
  const { tied } = slowConnectivityError(prediction, truth);
  return mattingMetrics.map(({ meta }) => meta.id).filter((id) => !tied || id !== 'matting.conn');
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

function expectNear(
  actual: MetricValue | undefined,
  expected: number,
  tolerance: number,
  what?: string,
): void {
  expect(typeof actual === 'number' ? Math.abs(actual - expected) : actual, what).toBeLessThanOrEqual(
    tolerance,
  );
}

function isOnIsland(x: number, y: number): boolean {
  return x > 30 && x < 35 && y > 5 && y < 9;
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
