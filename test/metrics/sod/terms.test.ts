import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sodHistogram } from '../../../src/metrics/joint-histogram.js';
import { sMeasure, structureTerms } from '../../../src/metrics/sod/s-measure.js';
import { weightedF, weightedTerms } from '../../../src/metrics/sod/weighted-f.js';
import { imagePairs, pairOf } from '../arbitrary-masks.js';

describe('the terms that an explanation shows', () => {
  it('of the S-measure are its two halves', () => {
    fc.assert(
      fc.property(imagePairs, (images) => {
        const pair = pairOf(images);
        const { foregroundTotal, backgroundTotal } = pair.get(sodHistogram);
        fc.pre(foregroundTotal > 0 && backgroundTotal > 0);
        const { object, region } = structureTerms(pair);
        expect(sMeasure(pair)).toBe(Math.max(0, 0.5 * object + 0.5 * region));
      }),
    );
  });

  it('of the weighted F are its recall and precision, made of the two sums of errors', () => {
    fc.assert(
      fc.property(imagePairs, (images) => {
        const pair = pairOf(images);
        const { foregroundTotal } = pair.get(sodHistogram);
        fc.pre(foregroundTotal > 0);
        const { recall, precision, foregroundError, backgroundError } = weightedTerms(pair);
        const found = foregroundTotal - foregroundError;
        expect(recall).toBeCloseTo(found / foregroundTotal, 12);
        expect(precision).toBeCloseTo(found + backgroundError > 0 ? found / (found + backgroundError) : 0, 9);
        expect(weightedF(pair)).toBeCloseTo(
          recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0,
          9,
        );
      }),
    );
  });
});
