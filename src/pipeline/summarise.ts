import { SCHEMA_VERSION, type Summary } from '../schema/summary.js';
import { describeProtocols } from '../metrics/describe.js';
import { pooledProtocols } from '../metrics/registry.js';
import { signaturesOf } from '../metrics/signature.js';
import { INTERVALS } from '../scoring/aggregate/intervals.js';
import type { Manifest } from '../store/manifest.js';
import { publishedFor } from './published.js';
import type { RunFolder } from '../store/run-folder.js';
import { summariseAccuracy } from './summarise-accuracy.js';
import type { CurvesOfCells } from '../store/curves-of-cells.js';
import { summariseCurves, thresholdRows } from './summarise-curves.js';
import { summariseScenarios } from './scenarios/summarise-scenarios.js';
import { summariseTimings } from './summarise-timings.js';

/**
 * What a run's files come to, in the order of its plan, so that two runs with the same cells have the same summary
 * whatever order the cells were done in. Every planned cell is counted once: scored, or failed with its reason.
 */
export async function summarise(
  folder: RunFolder,
  manifest: Manifest,
  curves?: readonly CurvesOfCells[],
): Promise<Summary> {
  const { settings, environment } = manifest;
  const timings = await summariseTimings(folder, settings);
  const scenarios = await summariseScenarios(folder, settings);
  const accuracy = await summariseAccuracy(folder, settings);
  return {
    schemaVersion: SCHEMA_VERSION,
    maskbenchVersion: manifest.maskbenchVersion,
    name: manifest.name,
    createdAt: manifest.createdAt,
    device: {
      request: settings.device,
      cpu: environment.cpu,
      cores: environment.cores,
      memoryBytes: environment.memoryBytes,
      os: environment.os,
      software: {
        node: environment.node,
        'onnxruntime-node': environment.onnxruntime,
        sharp: environment.sharp,
      },
      ...manifest.hardware,
      ...(manifest.price === undefined ? {} : { price: manifest.price }),
    },
    signatures: signaturesOf(settings.scoring.protocols, settings.scoring),
    aggregation: {
      mean: signaturesOf(settings.scoring.protocols, settings.scoring, { aggregate: 'mean' }),
      pooled: signaturesOf(pooledProtocols(settings.scoring.protocols), settings.scoring, {
        aggregate: 'pooled',
      }),
    },
    ...describeProtocols(settings.scoring.protocols),
    models: settings.models.map(({ spec, sha256, bytes }) => ({
      name: spec.name,
      title: spec.title ?? spec.name,
      sha256,
      bytes,
      licence: spec.licence ?? null,
      trainedOn: spec.trainedOn,
      ...(spec.selectedOn.length === 0 ? {} : { selectedOn: spec.selectedOn }),
      timing: timings.models.get(spec.name) ?? null,
    })),
    datasets: settings.datasets.map(({ name, spec, fingerprint, samples, problems, tags }) => ({
      name,
      title: spec.title ?? name,
      fingerprint,
      samples,
      problems,
      tags,
    })),
    ...accuracy,
    intervals: INTERVALS,
    thresholds: thresholdRows(curves ?? (await summariseCurves(folder, settings))),
    timing: timings.rows,
    ...(timings.slowness.length === 0 ? {} : { slowness: timings.slowness }),
    ...(scenarios.length === 0 ? {} : { scenarios }),
    published: await publishedFor(settings.models),
  };
}
