import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionAt, confusionsByThreshold, fixedConfusion, pool } from '../../src/metrics/confusion.js';
import { iou } from '../../src/metrics/fixed/overlap.js';
import { fixedHistogram } from '../../src/metrics/joint-histogram.js';
import { filled, gray, imagePairs, pairOf } from './arbitrary-masks.js';

describe('counts at all thresholds', () => {
  it('are those at each threshold', () => {
    fc.assert(
      fc.property(imagePairs, (images) => {
        const histogram = pairOf(images).get(fixedHistogram);
        const each = Array.from({ length: 256 }, (_, threshold) => confusionAt(histogram, threshold));
        expect(confusionsByThreshold(histogram)).toEqual(each);
      }),
    );
  });

  it('compare levels with the thresholds where levels are given', () => {
    const histogram = pairOf({ prediction: gray([[0, 1, 2]]), truth: gray([[0, 0, 255]]) }).get(
      fixedHistogram,
    );
    const levels = Uint8Array.from({ length: 256 }, (_, v) => Math.min(255, v * 100));
    const counts = confusionsByThreshold(histogram, levels);
    expect(counts[100]).toEqual({ tp: 1, fp: 1, fn: 0, tn: 1 });
    expect(counts[101]).toEqual({ tp: 1, fp: 0, fn: 0, tn: 2 });
    expect(counts[201]).toEqual({ tp: 0, fp: 0, fn: 1, tn: 2 });
  });
});

describe('pooling over pixels', () => {
  it('scores the counts of all images together', () => {
    const half = { ...filled(4, 4, 0), data: new Uint8Array(16).fill(255, 0, 8) };
    const full = filled(4, 4, 255);
    const counts = [half, full].map((prediction) => pairOf({ prediction, truth: full }).get(fixedConfusion));
    expect(iou(pool(counts), 'one')).toBe(24 / 32);
  });

  it('leaves nothing of no images but the convention', () => {
    expect(iou(pool([]), 'skip')).toEqual({ undefined: 'both masks are empty' });
  });
});
