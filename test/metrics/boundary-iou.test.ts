import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricValue } from '../../src/schema/metric-value.js';
import type { GrayImage } from '../../src/image/raster.js';
import { boundaryIou, boundaryWidth } from '../../src/metrics/fixed/boundary-iou.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { DEFAULT_CONVENTIONS, type Conventions } from '../../src/metrics/metric.js';
import { draw, mattePairs, mirror, transpose, turnOver } from '../support/drawn-mattes.js';
import { edgeMattingCases, realMattingCases } from './golden-matting.js';

describe.each([...edgeMattingCases, ...realMattingCases])('$name', ({ load, expected }) => {
  it('has boundary-iou-api\u2019s value', async () => {
    const { prediction, truth } = await load();
    // The reference divides 0 by 0 where both masks are empty; the convention decides.
    expect(score(prediction, truth)).toBeCloseTo(expected['boundary_iou_0.02'] ?? 1, 12);
  });
});

it.skipIf(realMattingCases.length === 0)(
  'has real masks too: skipped unless ../shared/golden is beside the checkout',
  () => {
    expect(realMattingCases).toHaveLength(12);
  },
);

describe('boundary width', () => {
  it('is 2 % of the diagonal, at least 1', () => {
    expect(boundaryWidth(3, 4)).toBe(1);
    expect(boundaryWidth(600, 400)).toBe(14);
    expect(boundaryWidth(3266, 2450)).toBe(82);
  });

  it('rounds a half to even', () => {
    expect(boundaryWidth(45, 60)).toBe(2);
    expect(boundaryWidth(75, 100)).toBe(2);
    expect(boundaryWidth(105, 140)).toBe(4);
  });
});

describe('on random masks', () => {
  it('agrees with a search for background around every pixel', () => {
    fc.assert(
      fc.property(mattePairs(120), ({ prediction, truth }) => {
        const p = slowBoundary(prediction);
        const g = slowBoundary(truth);
        const common = [...p].filter((i) => g.has(i)).length;
        const all = p.size + g.size - common;
        expect(score(prediction, truth)).toBe(all === 0 ? 1 : common / all);
      }),
      { numRuns: 60 },
    );
  });

  it('stays between 0 and 1, and is 1 for the ground truth itself', () => {
    fc.assert(
      fc.property(mattePairs(60), ({ prediction, truth }) => {
        const value = score(prediction, truth);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(score(truth, truth)).toBe(1);
      }),
    );
  });

  it('is 0 for an inverted mask', () => {
    fc.assert(
      fc.property(mattePairs(60), ({ truth }) => {
        const mask = { ...truth, data: truth.data.map((v) => (v >= 128 ? 255 : 0)) };
        expect(score({ ...mask, data: mask.data.map((v) => 255 - v) }, mask)).toBe(0);
      }),
    );
  });

  it('does not change when the two images change places', () => {
    fc.assert(
      fc.property(mattePairs(60), ({ prediction, truth }) => {
        expect(score(truth, prediction)).toBe(score(prediction, truth));
      }),
    );
  });

  it('does not change when both images are mirrored, turned over or transposed', () => {
    fc.assert(
      fc.property(
        mattePairs(80),
        fc.constantFrom(mirror, turnOver, transpose),
        ({ prediction, truth }, flip) => {
          expect(score(flip(prediction), flip(truth))).toBe(score(prediction, truth));
        },
      ),
    );
  });
});

describe('conventions', () => {
  const empty = draw(50, 40, () => 0);
  const disc = draw(50, 40, (x, y) => (Math.hypot(x - 25, y - 20) < 10 ? 255 : 0));

  it('gives two empty masks what the convention says', () => {
    expect(score(empty, empty, { empty: 'one' })).toBe(1);
    expect(score(empty, empty, { empty: 'zero' })).toBe(0);
    expect(score(empty, empty, { empty: 'skip' })).toEqual({ undefined: 'both masks are empty' });
  });

  it('gives 0 where one mask is empty, whatever the convention', () => {
    for (const convention of ['one', 'zero', 'skip'] as const) {
      expect(score(empty, disc, { empty: convention })).toBe(0);
      expect(score(disc, empty, { empty: convention })).toBe(0);
    }
  });

  it('keeps what it knows of a ground truth apart by threshold', () => {
    const soft = draw(50, 40, (x) => x * 5);
    const truth = createTruth(soft);
    const at = (threshold: number): MetricValue =>
      boundaryIou.compute(createPair(soft, truth, { ...DEFAULT_CONVENTIONS, threshold }));
    const shifted = draw(50, 40, (x) => Math.min(255, x * 5 + 40));
    const pair = createPair(shifted, truth, { ...DEFAULT_CONVENTIONS, threshold: 200 });
    expect(at(100)).toBe(1);
    expect(at(200)).toBe(1);
    expect(boundaryIou.compute(pair)).toBe(score(shifted, soft, { threshold: 200 }));
  });
});

function score(prediction: GrayImage, truth: GrayImage, conventions: Partial<Conventions> = {}): MetricValue {
  const pair = createPair(prediction, createTruth(truth), { ...DEFAULT_CONVENTIONS, ...conventions });
  return boundaryIou.compute(pair);
}

/** The foreground pixels from which background, or the outside, is no further than the boundary's width. */
function slowBoundary({ width, height, data }: GrayImage): Set<number> {
  const reach = boundaryWidth(width, height);
  const boundary = new Set<number>();
  for (let i = 0; i < data.length; i++) {
    if (data[i] < 128) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    let near = x < reach || y < reach || x + reach >= width || y + reach >= height;
    for (let dy = -reach; dy <= reach && !near; dy++) {
      for (let dx = -reach; dx <= reach; dx++) if (data[i + dy * width + dx] < 128) near = true;
    }
    if (near) boundary.add(i);
  }
  return boundary;
}
