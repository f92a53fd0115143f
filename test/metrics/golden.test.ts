import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDefined } from '../../src/schema/metric-value.js';
import { fixedConfusion } from '../../src/metrics/confusion.js';
import { createPair, createTruth } from '../../src/metrics/context.js';
import { metricsOf } from '../../src/metrics/registry.js';
import { scorePair } from '../../src/metrics/score-pair.js';
import { edgeCases, realCases, type ExpectedValues, type GoldenCase } from './golden-cases.js';

const TOLERANCE = 1e-9;

describe.each([...edgeCases, ...realCases])('$name', (goldenCase) => {
  it('has the counts and the fixed scores of plain counting at >= 128', async () => {
    const { pair, scores } = await score(goldenCase);
    const { tp, fp, fn, tn, iou, dice, pixel_accuracy } = goldenCase.expected.fixed_threshold_128;
    expect(pair.get(fixedConfusion)).toEqual({ tp, fp, fn, tn });
    for (const [id, value] of Object.entries({ iou, dice, pixel_accuracy })) {
      // The counts say nothing of two empty masks; the convention does.
      expect(scores[id], id).toBe(value ?? 1);
    }
  });

  it('has PySODMetrics\u2019 values', async () => {
    const { scores } = await score(goldenCase);
    for (const [id, expected] of Object.entries(sodValues(goldenCase.expected))) {
      const actual = scores[id];
      if (expected === null) {
        expect(actual, `${id} is decided here where the reference has none`).toSatisfy(isDefined);
        continue;
      }
      expect(isDefined(actual) ? Math.abs(actual - expected) : actual, id).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

it.skipIf(realCases.length === 0)(
  'covers real masks (only where ../shared/golden lies beside the checkout)',
  () => {
    expect(realCases.length).toBeGreaterThan(5);
  },
);

it.skipIf(realCases.length === 0)(
  'is held to the reference values as they were handed over (needs ../shared/golden beside the checkout)',
  () => {
    const [own, shared] = ['golden', '../../../shared/golden'].map(
      (folder) =>
        JSON.parse(readFileSync(join(import.meta.dirname, folder, 'expected.json'), 'utf8')) as Record<
          string,
          unknown
        >,
    );
    for (const [name, values] of Object.entries(own)) expect(values, name).toEqual(shared[name]);
    expect(edgeCases.length + realCases.length).toBe(Object.keys(shared).length);
  },
);

async function score(goldenCase: GoldenCase) {
  const { prediction, truth } = await goldenCase.load();
  const pair = createPair(prediction, createTruth(truth));
  return { pair, scores: scorePair(pair, metricsOf(['fixed', 'sod'])) };
}

/** The reference's values by our metric ids. */
function sodValues({ pysodmetrics }: ExpectedValues): Record<string, number | null> {
  const values: Record<string, number | null> = {};
  for (const [key, value] of Object.entries(pysodmetrics)) {
    if (typeof value !== 'object' || value === null) {
      values[`sod.${key}`] = value;
      continue;
    }
    values[`sod.adp_${key}`] = value.adp;
    values[`sod.mean_${key}`] = value.mean;
    values[`sod.max_${key}`] = value.max;
    values[`sod.bin_${key}`] = value.binary;
  }
  return values;
}
