import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionAt, confusionsByThreshold } from '../../src/metrics/confusion.js';
import { fixedHistogram } from '../../src/metrics/joint-histogram.js';
import { gray, imagePairs, pairOf } from './arbitrary-masks.js';

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
