import { sha256 } from '../../../core/hash.js';
import { isDefined } from '../../../schema/metric-value.js';
import type { GrayImage } from '../../../image/raster.js';
import { createPair, createTruth } from '../../../metrics/context.js';
import { metricsOf } from '../../../metrics/registry.js';
import { scorePair } from '../../../metrics/score-pair.js';
import type { Side } from '../../compare/side.js';
import { generatedFacts } from './generated-facts.js';

const GENERATED_MODEL = 'model';
const GENERATED_DATASET = 'generated';

/**
 * Generated masks, scored by the code that scores a run's, as a side of a comparison.
 *
 * @param bytes of the model file that it pretends to
 */
export function generatedSide(
  label: string,
  truths: readonly GrayImage[],
  predictions: readonly GrayImage[],
  protocols: readonly string[],
  bytes: number,
): Side {
  const metrics = metricsOf(protocols);
  const columns = metrics.map(() => new Float64Array(truths.length).fill(Number.NaN));
  truths.forEach((truth, row) => {
    const scores = scorePair(createPair(predictions[row], createTruth(truth)), metrics);
    metrics.forEach(({ meta }, i) => {
      const score = scores[meta.id];
      if (isDefined(score)) columns[i][row] = score;
    });
  });
  const mattes = predictions.map(({ data }) => sha256(data));
  const ids = truths.map((_, row) => String(row).padStart(4, '0'));
  const models = new Map([
    [
      GENERATED_MODEL,
      {
        columns,
        scored: new Uint8Array(truths.length).fill(1),
        failed: [],
        mattes,
      },
    ],
  ]);
  return {
    facts: generatedFacts(
      label,
      protocols,
      // what makes other mattes, or has another size, is another file
      { name: GENERATED_MODEL, bytes, sha256: sha256(`${bytes} ${mattes.join()}`) },
      [{ name: GENERATED_DATASET, samples: truths.length }],
    ),
    loadScores: async () => ({
      metrics: metrics.map(({ meta }) => meta.id),
      datasets: [
        {
          name: GENERATED_DATASET,
          ids,
          contents: ids,
          attributes: ids.map(() => ({})),
          problems: [],
          models,
        },
      ],
    }),
    loadTimes: async () => new Map(),
  };
}
