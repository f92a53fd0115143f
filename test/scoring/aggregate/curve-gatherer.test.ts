import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestThreshold } from '../../../src/scoring/aggregate/best-threshold.js';
import { curveSums } from '../../../src/scoring/aggregate/tally.js';
import { packCounts } from '../../../src/scoring/class-counts.js';
import type { CurveName } from '../../../src/metrics/curves.js';
import { createDatasetCurves, type DatasetCurves } from '../../../src/metrics/dataset-curves.js';
import { fixedCurves } from '../../../src/metrics/fixed/index.js';
import { countsByClass } from '../../../src/metrics/joint-histogram.js';
import { DEFAULT_CONVENTIONS, type Pair } from '../../../src/metrics/metric.js';
import { sodCurves } from '../../../src/metrics/sod/curves.js';
import { gray, imagePairs, pairOf } from '../../metrics/arbitrary-masks.js';

const READINGS = [fixedCurves, sodCurves];

function gathered(pairs: readonly Pair[]): readonly DatasetCurves[] {
  const gatherer = curveSums(READINGS, DEFAULT_CONVENTIONS);
  for (const pair of pairs) gatherer.add(packCounts(pair.get(countsByClass)));
  return gatherer.finish();
}

describe('curves from score records', () => {
  it('are those of the images themselves, to nine decimals', () => {
    fc.assert(
      fc.property(fc.array(imagePairs, { minLength: 1, maxLength: 4 }), (images) => {
        const pairs = images.map((of) => pairOf(of));
        for (const [i, found] of gathered(pairs).entries()) {
          const builder = createDatasetCurves(READINGS[i]);
          for (const pair of pairs) builder.add(pair);
          const expected = builder.finish(128);
          for (const [name, curve] of Object.entries(expected.curves)) {
            curve.forEach((value, threshold) => {
              const actual = found.curves[name as CurveName]?.[threshold];
              if (value === null) expect(actual).toBeNull();
              else expect(actual).toBeCloseTo(value, 9);
            });
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('do not depend on the order of the images, not even in the last digit', () => {
    fc.assert(
      fc.property(fc.array(imagePairs, { minLength: 3, maxLength: 6 }), (images) => {
        const pairs = images.map((of) => pairOf(of));
        expect(gathered(pairs)).toEqual(gathered(pairs.toReversed()));
      }),
      { numRuns: 20 },
    );
  });

  it('show the best threshold, and what the one in use costs', () => {
    const faint = pairOf({ prediction: gray([[100, 0]]), truth: gray([[255, 0]]) });
    const [fixed, sod] = gathered([faint]);
    expect(bestThreshold(fixed)).toEqual({
      used: { threshold: 128, iou: 0 },
      best: { threshold: 100, iou: 1 },
      cost: 1,
    });
    expect(bestThreshold(sod)).toBeUndefined();
  });

  it('of no images show no threshold', () => {
    expect(gathered([]).map(bestThreshold)).toEqual([undefined, undefined]);
  });
});
