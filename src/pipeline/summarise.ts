import { SCHEMA_VERSION, type Summary } from '../schema/summary.js';
import { describeProtocols } from '../metrics/describe.js';
import { pooledProtocols } from '../metrics/registry.js';
import { signaturesOf } from '../metrics/signature.js';
import { INTERVALS } from '../scoring/aggregate/intervals.js';
import type { Manifest } from '../store/manifest.js';
import { publishedFor } from './published.js';
import { openCells } from '../store/cells.js';
import { writeCurves, type CurvesOfCells } from '../store/curves.js';
import { metricsOfRun } from '../store/metric-set.js';
import { writeJson, type RunFolder } from '../store/run-folder.js';
import { summariseAccuracy } from './summarise-accuracy.js';
import { summariseCurves, thresholdRows } from './summarise-curves.js';
import { summariseScenarios } from './scenarios/summarise-scenarios.js';
import { summariseTimings } from './summarise-timings.js';
import { truthsInSignature } from '../store/run-readings.js';

/** Sums a run folder's records up into curves.json and summary.json. */
export async function writeSummary(folder: RunFolder, manifest: Manifest): Promise<Summary> {
  const { summary, curves } = await summarise(folder, manifest);
  await writeCurves(folder, curves);
  await writeJson(folder.summary, summary);
  return summary;
}

/**
 * What a run's files come to, in the order of its plan, so that two runs with the same cells have the same summary
 * whatever order the cells were done in. Every planned cell is counted once: scored, or failed with its reason.
 */
export async function summarise(
  folder: RunFolder,
  manifest: Manifest,
): Promise<{ readonly summary: Summary; readonly curves: readonly CurvesOfCells[] }> {
  const { settings, environment } = manifest;
  const truths = truthsInSignature(settings);
  const metrics = await metricsOfRun(folder, manifest);
  const ids = metrics.map(({ meta }) => meta.id);
  const timings = await summariseTimings(folder, settings);
  const scenarios = await summariseScenarios(folder, settings);
  const cells = await openCells(folder, settings, { values: ids });
  const curves = await summariseCurves(cells, settings);
  const summary: Summary = {
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
    signatures: signaturesOf(settings.scoring.protocols, settings.scoring, truths),
    aggregation: {
      mean: signaturesOf(settings.scoring.protocols, settings.scoring, { ...truths, aggregate: 'mean' }),
      pooled: signaturesOf(pooledProtocols(settings.scoring.protocols), settings.scoring, {
        ...truths,
        aggregate: 'pooled',
      }),
    },
    ...describeProtocols(settings.scoring.protocols, ids),
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
    ...(await summariseAccuracy(cells, settings, metrics)),
    intervals: INTERVALS,
    thresholds: thresholdRows(curves),
    timing: timings.rows,
    ...(timings.slowness.length === 0 ? {} : { slowness: timings.slowness }),
    ...(scenarios.length === 0 ? {} : { scenarios }),
    published: await publishedFor(settings.models),
  };
  return { summary, curves };
}
