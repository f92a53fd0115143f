import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyCurveSums, addToCurveSums } from '../../src/metrics/curves.js';
import { createDatasetCurves } from '../../src/metrics/dataset-curves.js';
import { fixedCurves, fixed } from '../../src/metrics/fixed/index.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { sodCurves } from '../../src/metrics/sod/curves.js';
import { sod } from '../../src/metrics/sod/index.js';
import { filled, gray, imagePairs, pairOf, type ImagePair } from './arbitrary-masks.js';

const faint: ImagePair = { prediction: gray([[100, 100, 10, 0]]), truth: gray([[255, 255, 0, 0]]) };
const strong: ImagePair = { prediction: gray([[255, 200, 0, 150]]), truth: gray([[255, 255, 0, 0]]) };

describe('curves of the matte as it is', () => {
  it('have at each threshold the scores that the metrics have at that threshold', () => {
    fc.assert(
      fc.property(imagePairs, fc.integer({ min: 1, max: 255 }), (images, threshold) => {
        const { curves } = curvesOf('fixed', [binarisedTruth(images)]);
        const scores = scorePair(
          pairOf(binarisedTruth(images), { threshold, empty: 'one' }),
          fixed.metrics.filter(({ meta }) => ['iou', 'precision', 'recall'].includes(meta.id)),
        );
        for (const name of ['iou', 'precision', 'recall'] as const) {
          const value = scores[name];
          expect(curves[name]?.[threshold], name).toBe(typeof value === 'number' ? value : null);
        }
      }),
    );
  });

  it('average precision over the images that have one', () => {
    const { curves } = curvesOf('fixed', [faint, strong]);
    expect(curves.precision?.[120]).toBe(2 / 3);
    expect(curves.precision?.[5]).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  });

  it('say null where no image has a value', () => {
    expect(curvesOf('fixed', [faint]).curves.precision?.[101]).toBeNull();
  });

  it('show the best threshold and what the default costs against it', () => {
    const { bestIou, defaultIou, cost } = curvesOf('fixed', [faint, strong]);
    expect(bestIou).toEqual({ threshold: 100, value: (1 + 2 / 3) / 2 });
    expect(defaultIou).toEqual({ threshold: 128, value: 1 / 3 });
    expect(cost).toBeCloseTo(0.5, 12);
  });

  it('prefer the default threshold among equals, so that it costs nothing', () => {
    const perfect = { prediction: gray([[255, 0]]), truth: gray([[255, 0]]) };
    expect(curvesOf('fixed', [perfect])).toMatchObject({ bestIou: { threshold: 128, value: 1 }, cost: 0 });
  });
});

describe('curves of the stretched prediction', () => {
  it('have the F and E of one image that the metrics have', () => {
    fc.assert(
      fc.property(imagePairs, (images) => {
        fc.pre(images.truth.data.length > 1);
        const { curves, maxF } = curvesOf('sod', [images]);
        const scores = scorePair(pairOf(images), sod.metrics);
        expect(maxF?.value).toBe(scores['sod.max_f']);
        expect(Math.max(...(curves.e ?? []).map((v) => v ?? 0))).toBe(scores['sod.max_e']);
      }),
    );
  });

  it('have a maximal F of mean curves, which is not the mean of maximal Fs', () => {
    const early = { prediction: gray([[255, 60, 50, 0]]), truth: gray([[255, 255, 0, 0]]) };
    const late = { prediction: gray([[255, 250, 200, 0]]), truth: gray([[255, 255, 0, 0]]) };
    const together = curvesOf('sod', [early, late]).maxF?.value ?? 0;
    const apart = [early, late].map((images) => curvesOf('sod', [images]).maxF?.value ?? 0);
    expect(apart).toEqual([1, 1]);
    expect(together).toBeLessThan(1);
  });

  it('have the DIS paper\u2019s maximal F: of mean precision and mean recall', () => {
    const all = { prediction: gray([[255, 0]]), truth: gray([[255, 0]]) };
    const none = { prediction: gray([[0, 255]]), truth: gray([[255, 0]]) };
    const { maxF, maxFOfMeans } = curvesOf('sod', [all, none]);
    // At threshold 0 P is 1/2 and R is 1 for both; above it their means are 1/2 and 1/2.
    expect(maxFOfMeans).toEqual({ threshold: 0, value: (1.3 * 0.5) / (0.15 + 1) });
    expect(maxF?.value).toBeCloseTo((1.3 * 0.5) / (0.15 + 1), 12);
  });
});

describe('sums of curves', () => {
  it('merge to what one pass over all images gives', () => {
    const whole = createDatasetCurves(fixedCurves);
    const merged = createDatasetCurves(fixedCurves);
    for (const images of [faint, strong]) {
      whole.add(pairOf(images));
      const part = emptyCurveSums('fixed');
      addToCurveSums(part, fixedCurves, pairOf(images));
      merged.merge(structuredClone(part));
    }
    expect(merged.finish(128)).toEqual(whole.finish(128));
  });

  it('of different protocols refuse to be merged', () => {
    expect(() => createDatasetCurves(fixedCurves).merge(emptyCurveSums('sod'))).toThrow('sod');
  });

  it('of no images leave no points', () => {
    const { images, bestIou, defaultIou, maxF, cost } = createDatasetCurves(fixedCurves).finish(128);
    expect({ images, bestIou, defaultIou, maxF, cost }).toEqual({ images: 0 });
  });
});

function curvesOf(protocol: 'fixed' | 'sod', pairs: readonly ImagePair[]) {
  const builder = createDatasetCurves({ fixed: fixedCurves, sod: sodCurves }[protocol]);
  for (const images of pairs) builder.add(pairOf(images));
  return builder.finish(128);
}

/** A ground truth of 0 and 255, which is the same at any threshold. */
function binarisedTruth({ prediction, truth }: ImagePair): ImagePair {
  return {
    prediction,
    truth: { ...filled(truth.width, truth.height, 0), data: truth.data.map((v) => (v >= 128 ? 255 : 0)) },
  };
}
