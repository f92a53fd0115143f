import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDefined } from '../../../src/schema/metric-value.js';
import { eMeasure } from '../../../src/metrics/sod/e-measure.js';
import { sod } from '../../../src/metrics/sod/index.js';
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
import {
  atTwiceTheMean,
  halved,
  pixelsOf,
  slowCountScores,
  slowE,
  slowF,
  slowMae,
  slowS,
  slowWeightedF,
  thresholded,
} from './slow-sod.js';

/** HCE and multi-scale IoU, which depend on where pixels lie, have tests of their own. */
const sodMetrics = sod.metrics.filter(({ meta }) => !['sod.hce', 'sod.ms_iou'].includes(meta.id));
const score = (pair: ImagePair) => scorePair(pairOf(pair), sodMetrics);
const ROUNDING = 1e-12;
const half = gray([
  [255, 255, 0, 0],
  [255, 255, 0, 0],
]);

describe('for any pair of mattes', () => {
  it('every defined value lies within the range that its metric declares', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const scores = score(pair);
        for (const { meta } of sodMetrics) {
          const value = scores[meta.id];
          if (!isDefined(value)) continue;
          expect(value, meta.id).toBeGreaterThanOrEqual(meta.range[0] - ROUNDING);
          expect(value, meta.id).toBeLessThanOrEqual((meta.range[1] ?? Infinity) + ROUNDING);
        }
      }),
    );
  });

  it('MAE, F and E are what they are pixel by pixel', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const scores = score(pair);
        const pixels = pixelsOf(pair);
        const f = thresholded(pixels).map((binary) => slowF(binary, pixels));
        expect(scores['sod.mae']).toBeCloseTo(slowMae(pixels), 9);
        expect(scores['sod.max_f']).toBeCloseTo(Math.max(...f), 9);
        expect(scores['sod.mean_f']).toBeCloseTo(average(f), 9);
        if (pixels.g.length === 1) return;
        const e = thresholded(pixels).map((binary) => slowE(binary, pixels));
        expect(scores['sod.max_e']).toBeCloseTo(Math.max(...e), 9);
        expect(scores['sod.mean_e']).toBeCloseTo(average(e), 9);
      }),
    );
  });

  it('the scores of counts are what they are pixel by pixel, at all thresholds and at one half', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const scores = score(pair);
        const pixels = pixelsOf(pair);
        const curve = thresholded(pixels).map((binary) => slowCountScores(binary, pixels));
        for (const [family, value] of Object.entries(slowCountScores(halved(pixels), pixels))) {
          const over = curve.map((of) => of[family]);
          expect(scores[`sod.bin_${family}`], `bin ${family}`).toBeCloseTo(value, 9);
          expect(scores[`sod.max_${family}`], `max ${family}`).toBeCloseTo(Math.max(...over), 9);
          expect(scores[`sod.mean_${family}`], `mean ${family}`).toBeCloseTo(average(over), 9);
        }
      }),
    );
  });

  it('the adaptive scores are what they are pixel by pixel', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const pixels = pixelsOf(pair);
        const binary = atTwiceTheMean(pixels);
        fc.pre(binary !== undefined);
        const scores = score(pair);
        for (const [family, value] of Object.entries(slowCountScores(binary, pixels))) {
          expect(scores[`sod.adp_${family}`], family).toBeCloseTo(value, 9);
        }
        expect(scores['sod.adp_f']).toBeCloseTo(slowF(binary, pixels), 9);
        if (pixels.g.length > 1) expect(scores['sod.adp_e']).toBeCloseTo(slowE(binary, pixels), 9);
      }),
    );
  });

  it('of masks, MAE, IoU, Dice and accuracy do not ask which is the truth; precision and recall change places', () => {
    fc.assert(
      fc.property(binaryPairs, ({ prediction, truth }) => {
        const forth = score({ prediction, truth });
        const back = score({ prediction: truth, truth: prediction });
        for (const id of ['mae', 'bin_iou', 'bin_dice', 'bin_oa']) {
          expect(back[`sod.${id}`], id).toEqual(forth[`sod.${id}`]);
        }
        expect(back['sod.bin_recall']).toEqual(forth['sod.bin_precision']);
        expect(back['sod.bin_precision']).toEqual(forth['sod.bin_recall']);
      }),
    );
  });

  it('S is what it is pixel by pixel', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        const expected = slowS(pixelsOf(pair));
        fc.pre(expected !== undefined);
        expect(score(pair)['sod.s']).toBeCloseTo(expected ?? 0, 9);
      }),
    );
  });

  it('weighted F is what it is pixel by pixel', () => {
    fc.assert(
      fc.property(imagePairs, (pair) => {
        expect(score(pair)['sod.wf']).toBeCloseTo(slowWeightedF(pixelsOf(pair)), 9);
      }),
    );
  });

  it.each([
    ['flipping', flipped],
    ['transposing', transposed],
  ])('%s both images changes no measure of counts', (_, turned) => {
    fc.assert(
      fc.property(imagePairs, ({ prediction, truth }) => {
        const straight = score({ prediction, truth });
        const changed = score({ prediction: turned(prediction), truth: turned(truth) });
        for (const { meta } of sodMetrics) {
          if (!positional(meta.id)) expect(changed[meta.id], meta.id).toEqual(straight[meta.id]);
        }
      }),
    );
  });

  it('transposing both images does not change S', () => {
    fc.assert(
      fc.property(binaryPairs, ({ prediction, truth }) => {
        const straight = score({ prediction, truth })['sod.s'];
        const changed = score({ prediction: transposed(prediction), truth: transposed(truth) })['sod.s'];
        expect(isDefined(straight) && isDefined(changed) && Math.abs(straight - changed) < 1e-12).toBe(true);
      }),
    );
  });

  it('stretches: a prediction at lower contrast scores as the full one', () => {
    fc.assert(
      fc.property(binaryPairs, ({ prediction, truth }) => {
        fc.pre(prediction.data.includes(0) && prediction.data.includes(255));
        const faint = { ...prediction, data: prediction.data.map((v) => (v === 0 ? 40 : 65)) };
        const full = score({ prediction, truth });
        for (const [id, value] of Object.entries(score({ prediction: faint, truth }))) {
          if (isDefined(value)) expect(value, id).toBeCloseTo(Number(full[id]), 12);
          else expect(full[id], id).toEqual(value);
        }
      }),
    );
  });
});

describe('perfect and inverted masks', () => {
  it('a mask of both classes is perfect against itself', () => {
    fc.assert(
      fc.property(images, (image) => {
        const mask = { ...image, data: image.data.map((v) => (v > 128 ? 255 : 0)) };
        fc.pre(mask.data.includes(0) && mask.data.includes(255));
        const scores = score({ prediction: mask, truth: mask });
        expect(scores['sod.mae']).toBe(0);
        expect(scores['sod.bin_ber']).toBe(0);
        for (const id of [
          'max_f',
          'wf',
          'bin_iou',
          'bin_dice',
          'bin_oa',
          'bin_precision',
          'bin_recall',
          'bin_kappa',
        ]) {
          expect(scores[`sod.${id}`], id).toBeCloseTo(1, 9);
        }
        const n = mask.data.length;
        expect(scores['sod.max_e']).toBeCloseTo(n / (n - 1), 9);
      }),
    );
  });

  it('an inverted mask shares nothing with the mask', () => {
    const scores = score({ prediction: inverted(half), truth: half });
    expect(scores).toMatchObject({
      'sod.mae': 1,
      'sod.bin_iou': 0,
      'sod.bin_oa': 0,
      'sod.bin_ber': 1,
    });
  });
});

describe('where the reference has a value for what is 0 / 0', () => {
  it('two empty masks score 0 in overlap, as in PySODMetrics, and not 1 as in `fixed`', () => {
    const empty = filled(4, 4, 0);
    const scores = score({ prediction: empty, truth: empty });
    expect(scores).toMatchObject({ 'sod.bin_iou': 0, 'sod.max_f': 0, 'sod.wf': 0, 'sod.s': 1, 'sod.mae': 0 });
  });
});

describe('where the reference has no finite value', () => {
  it('S gives a region without pixels no weight', () => {
    const row = { prediction: gray([[255, 255, 0, 0]]), truth: gray([[255, 255, 0, 0]]) };
    expect(score(row)['sod.s']).toBeCloseTo(1, 12);
  });

  it('E of a single pixel is undefined', () => {
    const { 'sod.max_e': max, 'sod.adp_e': adaptive } = score({
      prediction: filled(1, 1, 9),
      truth: filled(1, 1, 9),
    });
    expect([max, adaptive].map(isDefined)).toEqual([false, false]);
  });
});

describe('where the last bit of a sum decides', () => {
  it.each([
    [33, 4, 77, 0.4599705225788595],
    [35, 6, 200, 0.25401277872555394],
    [57, 9, 127, 0.42982965287994807],
    [8, 36, 33, 0.45749476246620807],
    [120, 90, 201, 0.2499249416550662],
  ])('a flat prediction of %i x %i at %i has the reference\u2019s S', (width, height, value, expected) => {
    const truth = filled(width, height, 0);
    for (let y = 0; y < Math.floor((height + 1) / 2); y++) {
      truth.data.fill(255, y * width, y * width + Math.floor((width + 1) / 3));
    }
    expect(score({ prediction: filled(width, height, value), truth })['sod.s']).toBeCloseTo(expected, 12);
  });

  it('a level that equals twice the mean falls on the reference\u2019s side of the adaptive threshold', () => {
    const prediction = gray([[0, 7, 246, 245, 165, 38, 60, 158, 141, 255, 38]]);
    const truth = gray([[0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0]]);
    expect(score({ prediction, truth })['sod.adp_f']).toBeCloseTo(0.52, 12);
  });
});

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** S and weighted F look at places; an adaptive threshold hangs on the order of a sum when a level equals it. */
function positional(id: string): boolean {
  return id === 'sod.s' || id === 'sod.wf' || id.startsWith('sod.adp_');
}

describe('the E-measure of counts', () => {
  const part = fc.nat({ max: 6 });

  it('is at most n / (n - 1), and so at most 2, which two pixels come up to', () => {
    fc.assert(
      fc.property(part, part, part, part, (tp, fp, fn, tn) => {
        const n = tp + fp + fn + tn;
        fc.pre(n > 1);
        const value = eMeasure({ tp, fp, fn, tn });
        if (!isDefined(value)) throw new Error(value.undefined);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(n / (n - 1));
      }),
    );
    expect(eMeasure({ tp: 0, fp: 0, fn: 0, tn: 2 })).toBeCloseTo(2, 12);
    expect(eMeasure({ tp: 3, fp: 0, fn: 0, tn: 3 })).toBeCloseTo(6 / 5, 12);
    const [highest] = sod.metrics.flatMap(({ meta }) => (meta.id === 'sod.max_e' ? [meta.range] : []));
    expect(highest).toEqual([0, 2]);
  });
});
