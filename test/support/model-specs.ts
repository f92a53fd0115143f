import {
  networkSchemas,
  type MatteSpec,
  type ModelSpec,
  type NetworkSpec,
} from '../../src/models/spec/spec.js';
import { loadModelSpec } from '../../src/runners/load-spec.js';
import { modelSpecSchema } from '../../src/runners/runner-of.js';

/** A spec of feeding `matte` that exists on paper only, 8 x 8 unless said otherwise. */
export function matteSpec(fields: Readonly<Record<string, unknown>> = {}): MatteSpec {
  const basics = { name: 'm', files: 'file:m.onnx', input: { width: 8, height: 8 } };
  return networkSchemas.matte.parse({ ...basics, ...fields });
}

export function parseSpec(fields: Readonly<Record<string, unknown>>): ModelSpec {
  return modelSpecSchema.parse(fields);
}

/** A known model, or one by the path of its YAML file, that has a network. */
export async function loadNetworkSpec(reference: string, folder?: string): Promise<NetworkSpec> {
  return asNetwork((await loadModelSpec(reference, folder)).spec);
}

export function asNetwork(spec: ModelSpec): NetworkSpec {
  if (!(spec.feeding in networkSchemas)) throw new Error(`${spec.name} has no network`);
  return spec as NetworkSpec;
}
