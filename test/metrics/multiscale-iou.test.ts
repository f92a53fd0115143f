import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packAtLeast } from '../../src/image/bit-mask.js';
import type { MetricValue } from '../../src/schema/metric-value.js';
import type { GrayImage } from '../../src/image/raster.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { multiscaleIou, multiscaleIouOf } from '../../src/metrics/sod/multiscale-iou.js';
import { stretch } from '../../src/metrics/sod/stretch.js';
import { draw, drawBlocks, mattePairs, transpose } from '../support/drawn-mattes.js';
import { expectNear } from '../support/expect-near.js';
import { edgeMattingCases, realMattingCases } from './golden-matting.js';

const SAME_ARITHMETIC = 1e-9;
/** The reference counts edge pixels in half precision; beyond 2,048 of them it rounds, and each numpy differently. */
const HALF_PRECISION = 2e-5;

describe.each([...edgeMattingCases, ...realMattingCases])('$name', ({ name, load, expected }) => {
  const tolerance = name.startsWith('real-pysod') ? HALF_PRECISION : SAME_ARITHMETIC;

  it('has PySODMetrics\u2019 binary value', async () => {
    const { prediction, truth } = await load();
    expectNear(score(prediction, truth), expected.pysodmetrics.ms_iou.binary, tolerance);
  });

  it('has PySODMetrics\u2019 adaptive value at the adaptive threshold', async () => {
    const { prediction, truth } = await load();
    const pair = createPair(prediction, createTruth(truth));
    const { level, min, max, adaptiveThreshold } = pair.get(stretch);
    let cut = min;
    while (cut <= max && level[cut] < adaptiveThreshold) cut++;
    expectNear(
      multiscaleIouOf(packAtLeast(prediction, cut), pair.truth),
      expected.pysodmetrics.ms_iou.adp,
      tolerance,
    );
  });
});

it.skipIf(realMattingCases.length === 0)(
  'has real masks too: skipped unless ../shared/golden is beside the checkout',
  () => {
    expect(realMattingCases).toHaveLength(12);
  },
);

describe('on random masks', () => {
  it('agrees with filtering and counting boxes pixel by pixel', () => {
    fc.assert(
      fc.property(mattePairs(130), ({ prediction, truth }) => {
        const pair = createPair(prediction, createTruth(truth));
        const slow = slowMultiscaleIou(prediction, truth, 128);
        expectNear(multiscaleIouOf(packAtLeast(prediction, 128), pair.truth), slow, 1e-12);
      }),
    );
  });

  it('is above 0 and at most 1, and 1 for the ground truth itself', () => {
    fc.assert(
      fc.property(mattePairs(130), ({ prediction, truth }) => {
        const value = score(prediction, truth);
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThanOrEqual(1);
        const mask = draw(truth.width, truth.height, (x, y) =>
          truth.data[y * truth.width + x] > 128 ? 255 : 0,
        );
        expectNear(score(mask, truth), 1, 1e-12);
      }),
    );
  });

  it('does not change by transposition', () => {
    fc.assert(
      fc.property(mattePairs(130), ({ prediction, truth }) => {
        expect(score(transpose(prediction), transpose(truth))).toBe(score(prediction, truth));
      }),
    );
  });
});

describe('conventions', () => {
  it('gives 1 where the ground truth is empty, and nearly 0 where only the prediction is', () => {
    const empty = draw(300, 200, () => 0);
    const blocks = drawBlocks(300, 200, 20, 'mask', 3);
    expect(score(blocks, empty)).toBe(1);
    expect(score(empty, empty)).toBe(1);
    expect(score(empty, blocks)).toBeLessThan(0.2);
  });

  it('asks only whether edges are found: noise everywhere scores 1', () => {
    const disc = draw(120, 90, (x, y) => (Math.hypot(x - 60, y - 45) < 25 ? 255 : 0));
    const stripes = draw(120, 90, (x) => (x % 4 < 2 ? 255 : 0));
    expectNear(score(stripes, disc), 1, 1e-12);
  });

  it('stretches the prediction first, as the whole protocol does', () => {
    const blocks = drawBlocks(100, 80, 9, 'mask', 4);
    const faint = draw(100, 80, (x, y) => blocks.data[y * 100 + x] / 10);
    expectNear(score(faint, blocks), 1, 1e-12);
  });
});

function score(prediction: GrayImage, truth: GrayImage): MetricValue {
  return multiscaleIou.compute(createPair(prediction, createTruth(truth)));
}

function slowMultiscaleIou(prediction: GrayImage, truth: GrayImage, cut: number): number {
  const found = slowEdges(prediction, cut);
  const expected = slowEdges(truth, 129);
  const ratios = Array.from({ length: 10 }, (_, k) => {
    const wanted = boxes(expected, truth, 2 ** k);
    const hit = boxes(found, truth, 2 ** k);
    return ([...wanted].filter((box) => hit.has(box)).length + 1) / (wanted.size + 1);
  });
  let area = 0;
  for (let k = 1; k < ratios.length; k++) area += (ratios[k - 1] + ratios[k]) / 2 / (ratios.length - 1);
  return area;
}

/** Pixels where the 3 x 3 Sobel filter is not 0. */
function slowEdges({ width, height, data }: GrayImage, cut: number): (readonly [number, number])[] {
  const at = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] >= cut ? 1 : 0;
  const edges: (readonly [number, number])[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let gx = 0;
      let gy = 0;
      for (const [d, weight] of [[-1, 1] as const, [0, 2] as const, [1, 1] as const]) {
        gx += weight * (at(x + 1, y + d) - at(x - 1, y + d));
        gy += weight * (at(x + d, y + 1) - at(x + d, y - 1));
      }
      if (gx !== 0 || gy !== 0) edges.push([x, y]);
    }
  }
  return edges;
}

/** Boxes of the side given, laid from the bottom right corner, that hold one of the pixels. */
function boxes(
  pixels: readonly (readonly [number, number])[],
  { width, height }: GrayImage,
  side: number,
): Set<string> {
  return new Set(
    pixels.map(([x, y]) => `${Math.floor((width - 1 - x) / side)} ${Math.floor((height - 1 - y) / side)}`),
  );
}
