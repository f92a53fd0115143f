import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MetricValue } from '../../src/schema/metric-value.js';
import { packAtLeast, unpackBits } from '../../src/image/bit-mask.js';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { boundaryBand, boundaryRadii } from '../../src/metrics/matting/boundary-bands.js';
import { matting } from '../../src/metrics/matting/index.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { draw, drawBlocks } from '../support/drawn-mattes.js';
import { expectNear } from '../support/expect-near.js';
import { edgeMattingCases, realMattingCases } from './golden-matting.js';
import { slowBoundaryAccuracy } from './slow-matting.js';

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
        countOnes(band.subarray(y * side, (y + 1) * side)),
      );
      expect(lengths).toEqual([0, 0, ...rows, 0, 0]);
    },
  );
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
  return scorePair(createPair(prediction, createTruth(truth)), matting.metrics);
}

function isOnIsland(x: number, y: number): boolean {
  return x > 30 && x < 35 && y > 5 && y < 9;
}

function countOnes(bytes: Uint8Array): number {
  return bytes.reduce((n, v) => n + v, 0);
}
