import { metricsOf } from '../../src/metrics/registry.js';
import {
  MANIFEST_VERSION,
  RECORDS_VERSION,
  type Manifest,
  type RunDataset,
  type RunModel,
  type RunSettings,
} from '../../src/store/manifest.js';
import { datasetSpecSchema } from '../../src/datasets/spec.js';
import { runConfigSchema } from '../../src/store/config.js';
import type { NetworkSpec } from '../../src/models/spec/spec.js';
import { asNetwork, parseSpec } from './model-specs.js';

/** A model of a run that exists on paper only. */
export function paperModel(
  name: string,
  fields: Record<string, unknown> = {},
  sha256 = 'a'.repeat(64),
): RunModel & { readonly spec: NetworkSpec } {
  const spec = parseSpec({
    name,
    files: `file:${name}.onnx`,
    input: { width: 64, height: 64 },
    ...fields,
  });
  return { spec: asNetwork(spec), sha256, bytes: 1000 };
}

export function paperDataset(name: string, fields: Partial<RunDataset> = {}): RunDataset {
  const spec = datasetSpecSchema.parse({
    name,
    layout: 'paired-folders',
    root: '/data',
    images: { path: 'im' },
    truths: { path: 'gt' },
  });
  return { name, spec, fingerprint: 'f'.repeat(64), samples: 2, problems: 0, tags: [name], ...fields };
}

export function paperSettings(fields: Partial<RunSettings> = {}): RunSettings {
  const config = runConfigSchema.parse({ name: 'paper', models: ['m'], datasets: ['d'] });
  return {
    models: [paperModel('m')],
    datasets: [paperDataset('d')],
    device: 'cpu',
    runner: config.runner,
    scoring: config.scoring,
    time: config.time,
    limit: null,
    shard: null,
    ...fields,
  };
}

export function paperManifest(fields: Partial<RunSettings> = {}): Manifest {
  const settings = paperSettings(fields);
  return {
    schemaVersion: MANIFEST_VERSION,
    recordsVersion: RECORDS_VERSION,
    maskbenchVersion: '0.0.0',
    name: 'paper',
    createdAt: '2026-01-01T00:00:00.000Z',
    settings,
    metrics: metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id),
    environment: {
      host: 'host',
      os: 'os',
      cpu: 'cpu',
      cores: 2,
      memoryBytes: 8e9,
      node: 'v20',
      onnxruntime: '1',
      sharp: '1',
    },
  };
}
