import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDefined } from '../../../src/schema/metric-value.js';
import { fixed } from '../../../src/metrics/fixed/index.js';
import type { Conventions } from '../../../src/metrics/metric.js';
import { scorePair } from '../../../src/metrics/score-pair.js';
import {
  binaryPairs,
  filled,
  flipped,
  gray,
  imagePairs,
  images,
  inverted,
  pairOf,
  transposed,
  type ImagePair,
} from '../arbitrary-masks.js';

/** Boundary IoU, which depends on where pixels lie, has tests of its own. */
const metrics = fixed.metrics.filter(({ meta }) => meta.id !== 'boundary_iou');
const score = (pair: ImagePair, conventions?: Conventions) => scorePair(pairOf(pair, conventions), metrics);
const empty = filled(4, 4, 0);
const full = filled(4, 4, 255);
const half = gray([
  [255, 255, 0, 0],
  [255, 255, 0, 0],
  [255, 255, 0, 0],
  [255, 255, 0, 0],
]);

describe('the example of the post', () => {
  it('has 90.5 % pixel accuracy and an IoU of 0.05 where 5 of 100 foreground pixels are found', () => {
    const truth = { width: 40, height: 25, data: new Uint8Array(1000).fill(255, 0, 100) };
    const prediction = { width: 40, height: 25, data: new Uint8Array(1000).fill(255, 0, 5) };
    expect(score({ prediction, truth })).toMatchObject({
      pixel_accuracy: 0.905,
      iou: 0.05,
      recall: 0.05,
      precision: 1,
    });
  });
});

describe('empty and full masks', () => {
  it('two empty masks are a perfect match by default', () => {
    expect(score({ prediction: empty, truth: empty })).toEqual({
      iou: 1,
      dice: 1,
      pixel_accuracy: 1,
      precision: 1,
      recall: 1,
      specificity: 1,
      ber: 0,
      kappa: 1,
      mae: 0,
    });
  });

  it('two empty masks are the worst match where the convention says zero', () => {
    expect(score({ prediction: empty, truth: empty }, { threshold: 128, empty: 'zero' })).toMatchObject({
      iou: 0,
      dice: 0,
      precision: 0,
      recall: 0,
      ber: 1,
      kappa: 0,
      pixel_accuracy: 1,
      specificity: 1,
    });
  });

  it('two empty masks have no overlap score where the convention says skip', () => {
    const scores = score({ prediction: empty, truth: empty }, { threshold: 128, empty: 'skip' });
    for (const id of ['iou', 'dice', 'precision', 'recall', 'ber', 'kappa']) {
      expect(scores[id], id).toEqual({ undefined: 'both masks are empty' });
    }
    expect(scores).toMatchObject({ pixel_accuracy: 1, specificity: 1, mae: 0 });
  });

  it('an empty prediction overlaps nothing and has no precision', () => {
    expect(score({ prediction: empty, truth: half })).toEqual({
      iou: 0,
      dice: 0,
      pixel_accuracy: 0.5,
      precision: { undefined: 'the prediction is empty' },
      recall: 0,
      specificity: 1,
      ber: 0.5,
      kappa: 0,
      mae: 0.5,
    });
  });

  it('an empty ground truth overlaps nothing and has no recall', () => {
    expect(score({ prediction: half, truth: empty })).toEqual({
      iou: 0,
      dice: 0,
      pixel_accuracy: 0.5,
      precision: 0,
      recall: { undefined: 'the ground truth is empty' },
      specificity: 0.5,
      ber: { undefined: 'the ground truth is empty' },
      kappa: 0,
      mae: 0.5,
    });
  });

  it('two full masks have no specificity, and no kappa, since chance agrees as well', () => {
    expect(score({ prediction: full, truth: full })).toMatchObject({
      iou: 1,
      precision: 1,
      recall: 1,
      specificity: { undefined: 'the ground truth has no background' },
      ber: { undefined: 'the ground truth has no background' },
      kappa: { undefined: 'both masks are full, so agreement by chance is complete' },
    });
  });
});

describe('the threshold', () => {
  it('takes 128 for foreground and 127 for background, in both images', () => {
    const at = gray([[127, 128]]);
    expect(score({ prediction: at, truth: gray([[0, 255]]) }).iou).toBe(1);
    expect(score({ prediction: gray([[0, 255]]), truth: at }).iou).toBe(1);
  });

  it('can be another', () => {
    const faint = gray([[0, 30]]);
    const conventions: Conventions = { threshold: 25, empty: 'one' };
    expect(score({ prediction: faint, truth: gray([[0, 255]]) }, conventions).iou).toBe(1);
  });

  it('is what a mask at a tenth of its opacity fails', () => {
    const faint = { ...half, data: half.data.map((v) => Math.round(v / 10)) };
    expect(score({ prediction: faint, truth: half })).toMatchObject({ iou: 0, dice: 0 });
  });
});

describe('for any pair of mattes', () => {
  it('every defined value lies within the range that its metric declares', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const scores = score(pair);
        for (const { meta } of metrics) {
          const value = scores[meta.id];
          if (!isDefined(value)) continue;
          expect(value, meta.id).toBeGreaterThanOrEqual(meta.range[0]);
          expect(value, meta.id).toBeLessThanOrEqual(meta.range[1] ?? Infinity);
        }
      }),
    );
  });

  it('values are the formulas of counts taken pixel by pixel', () => {
    fc.assert(
      fc.property(imagePairs, ({ prediction, truth }) => {
        const scores = score({ prediction, truth });
        const n = prediction.data.length;
        let tp = 0;
        let fp = 0;
        let fn = 0;
        let error = 0;
        prediction.data.forEach((p, i) => {
          const g = truth.data[i] >= 128;
          if (p >= 128 && g) tp++;
          if (p >= 128 && !g) fp++;
          if (p < 128 && g) fn++;
          error += Math.abs(p / 255 - (g ? 1 : 0));
        });
        const tn = n - tp - fp - fn;
        expect(scores.mae).toBeCloseTo(error / n, 12);
        expect(scores.pixel_accuracy).toBeCloseTo((tp + tn) / n, 12);
        if (tp + fp + fn === 0) return;
        expect(scores.iou).toBeCloseTo(tp / (tp + fp + fn), 12);
        expect(scores.dice).toBeCloseTo((2 * tp) / (2 * tp + fp + fn), 12);
        if (tp + fp > 0) expect(scores.precision).toBeCloseTo(tp / (tp + fp), 12);
        if (tp + fn > 0) expect(scores.recall).toBeCloseTo(tp / (tp + fn), 12);
        if (tn + fp > 0) expect(scores.specificity).toBeCloseTo(tn / (tn + fp), 12);
        if (tn + fp + fn === 0) return;
        const observed = (tp + tn) / n;
        const chance = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / n ** 2;
        expect(scores.kappa).toBeCloseTo((observed - chance) / (1 - chance), 9);
        if (tp + fn === 0 || tn + fp === 0) return;
        expect(scores.ber).toBeCloseTo(1 - (tp / (tp + fn) + tn / (tn + fp)) / 2, 12);
      }),
    );
  });

  it('Dice is 2 IoU / (1 + IoU)', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const { iou, dice } = score(pair);
        expect(isDefined(iou) && isDefined(dice) && Math.abs(dice - (2 * iou) / (1 + iou)) < 1e-12).toBe(
          true,
        );
      }),
    );
  });

  it('IoU, Dice, pixel accuracy and kappa do not ask which mask is the truth; precision and recall change places', () => {
    fc.assert(
      fc.property(imagePairs, ({ prediction, truth }) => {
        const forth = score({ prediction, truth });
        const back = score({ prediction: truth, truth: prediction });
        for (const id of ['iou', 'dice', 'pixel_accuracy', 'kappa']) expect(back[id], id).toEqual(forth[id]);
        if (isDefined(forth.precision)) expect(back.recall).toBe(forth.precision);
      }),
    );
  });

  it.each([
    ['flipping', flipped],
    ['transposing', transposed],
  ])('%s both images changes nothing', (_, turned) => {
    fc.assert(
      fc.property(imagePairs, ({ prediction, truth }) => {
        expect(score({ prediction: turned(prediction), truth: turned(truth) })).toEqual(
          score({ prediction, truth }),
        );
      }),
    );
  });

  it('a mask against itself is perfect', () => {
    fc.assert(
      fc.property(images, (mask) => {
        const scores = score({ prediction: mask, truth: mask });
        expect(scores).toMatchObject({ iou: 1, dice: 1, pixel_accuracy: 1 });
        for (const id of ['precision', 'recall', 'specificity', 'kappa']) {
          const value = scores[id];
          if (isDefined(value)) expect(value, id).toBe(1);
        }
        if (isDefined(scores.ber)) expect(scores.ber).toBe(0);
      }),
    );
  });

  it('an inverted mask has nothing in common with the mask', () => {
    fc.assert(
      fc.property(binaryPairs, ({ truth }) => {
        const scores = score({ prediction: inverted(truth), truth });
        expect(scores).toMatchObject({ iou: 0, dice: 0, pixel_accuracy: 0, mae: 1 });
        if (isDefined(scores.ber)) expect(scores.ber).toBe(1);
        if (isDefined(scores.kappa)) expect(scores.kappa).toBeLessThanOrEqual(0);
      }),
    );
  });
});
