import { loadModelSpec } from '../../src/models/spec/load-spec.js';
import {
  modelSpecSchema,
  type MatteSpec,
  type ModelSpec,
  type NetworkSpec,
} from '../../src/models/spec/spec.js';

/** A spec of feeding `matte` that exists on paper only, 8 x 8 unless said otherwise. */
export function matteSpec(fields: Readonly<Record<string, unknown>> = {}): MatteSpec {
  const spec = parseSpec({ name: 'm', files: 'file:m.onnx', input: { width: 8, height: 8 }, ...fields });
  if (spec.feeding !== 'matte') throw new Error(`fed by ${spec.feeding}`);
  return spec;
}

export function parseSpec(fields: Readonly<Record<string, unknown>>): ModelSpec {
  return modelSpecSchema.parse(fields);
}

/** A known model, or one by the path of its YAML file, that has a network. */
export async function loadNetworkSpec(reference: string): Promise<NetworkSpec> {
  const { spec } = await loadModelSpec(reference);
  if (spec.feeding === 'precomputed') throw new Error('it has no network');
  return spec;
}
