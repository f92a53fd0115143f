import { sha256 } from '../../../core/hash.js';
import { isDefined } from '../../../schema/metric-value.js';
import type { GrayImage } from '../../../image/raster.js';
import { createPair, createTruth } from '../../../metrics/context.js';
import { DEFAULT_CONVENTIONS } from '../../../metrics/metric.js';
import { metricsOf } from '../../../metrics/registry.js';
import { scorePair } from '../../../metrics/score-pair.js';
import { signaturesOf } from '../../../metrics/signature.js';
import { modelSpecSchema } from '../../../runners/runner-of.js';
import { runnerOptionsSchema } from '../../../runners/onnx/session-options.js';
import type { Side, SideFacts, SideModel } from '../../compare/side.js';

const GENERATED_MODEL = 'model';

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
    // what makes other mattes, or has another size, is another file
    facts: factsOf(label, truths.length, protocols, { bytes, sha256: sha256(`${bytes} ${mattes.join()}`) }),
    loadScores: async () => ({
      metrics: metrics.map(({ meta }) => meta.id),
      datasets: [
        {
          name: 'generated',
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

function factsOf(
  label: string,
  samples: number,
  protocols: readonly string[],
  file: Pick<SideModel, 'bytes' | 'sha256'>,
): SideFacts {
  const spec = modelSpecSchema.parse({
    name: GENERATED_MODEL,
    files: 'file:model.onnx',
    input: { width: 64, height: 64 },
  });
  return {
    label,
    kind: 'generated',
    name: label,
    createdAt: '1970-01-01T00:00:00.000Z',
    maskbenchVersion: 'self-test',
    device: 'cpu',
    environment: {
      os: 'any',
      cpu: 'generated',
      cores: 1,
      memoryBytes: 1,
      node: 'any',
      onnxruntime: 'any',
      sharp: 'any',
    },
    runner: runnerOptionsSchema.parse({}),
    signatures: signaturesOf(protocols, DEFAULT_CONVENTIONS),
    metrics: metricsOf(protocols).map(({ meta }) => meta.id),
    models: [{ name: GENERATED_MODEL, ...file, spec }],
    datasets: [{ name: 'generated', fingerprint: 'generated', samples, problems: 0, tags: ['generated'] }],
  };
}
