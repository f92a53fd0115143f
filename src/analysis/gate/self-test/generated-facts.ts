import { DEFAULT_CONVENTIONS } from '../../../metrics/metric.js';
import { metricsOf } from '../../../metrics/registry.js';
import { signaturesOf } from '../../../metrics/signature.js';
import { runnerOptionsSchema } from '../../../runners/onnx/session-options.js';
import { modelSpecSchema } from '../../../runners/runner-of.js';
import type { SideFacts, SideModel } from '../../compare/side.js';

/** The facts of a side that is drawn and not measured: of no machine and no time, with one model. */
export function generatedFacts(
  label: string,
  protocols: readonly string[],
  model: Pick<SideModel, 'name' | 'bytes' | 'sha256'>,
  datasets: readonly { readonly name: string; readonly samples: number }[],
): SideFacts {
  const spec = modelSpecSchema.parse({
    name: model.name,
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
    models: [{ ...model, spec }],
    datasets: datasets.map(({ name, samples }) => ({
      name,
      fingerprint: name,
      samples,
      problems: 0,
      tags: [name],
    })),
  };
}
