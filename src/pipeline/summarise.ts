import { kindsOfDevices, type Hardware } from '../store/hardware.js';
import { paceOfAll } from '../schema/pace.js';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type DeviceSummary,
  type PublishedFigure,
  SCHEMA_VERSION,
  type Summary,
  type ThresholdRow,
} from '../schema/summary.js';
import { describeProtocols } from '../metrics/describe.js';
import { pooledProtocols, protocolsOf } from '../metrics/registry.js';
import { signatureOf, signaturesOf } from '../metrics/signature.js';
import { INTERVALS } from '../scoring/aggregate/intervals.js';
import { chosenImagesOf, type Manifest, type RunSettings } from '../store/manifest.js';
import { type Cells, openCells } from '../store/cells.js';
import { metricsOfRun } from '../store/metric-set.js';
import { type CurvesOfCells, writeCurves } from '../store/curves.js';
import { readRecords, type RunFolder, writeJson } from '../store/run-folder.js';
import { summariseCalls } from '../store/service-calls.js';
import { summariseAccuracy } from './summarise-accuracy.js';
import { warningsOfOutputs } from './warnings-of-outputs.js';
import { summariseTimings } from './summarise-timings.js';
import { PACKAGE_ROOT } from '../core/package-root.js';
import { readYamlFile } from '../core/yaml-file.js';
import type { ServiceSummary } from '../schema/service-summary.js';
import type { ScenarioSummary } from '../schema/scenario-summary.js';
import { bestThreshold } from '../scoring/aggregate/best-threshold.js';
import { tallyCurves } from '../scoring/aggregate/tally.js';
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
  const { settings } = manifest;
  const truths = truthsInSignature(settings);
  const metrics = await metricsOfRun(folder, manifest);
  const ids = metrics.map(({ meta }) => meta.id);
  const timings = await summariseTimings(folder, settings);
  const services = await summariseCalls(folder);
  const scenarios = await summariseScenarios(folder, settings);
  const { devices: named = [] } = manifest.hardware ?? {};
  const cells = await openCells(folder, settings, {
    values: ids,
    outputs: true,
    devices: true,
  });
  const devices = devicesOf(named, cells.countByDevice(), settings.device);
  const otherKinds = await summariseOtherKinds(folder, manifest);
  const warnings = await warningsOfOutputs(folder, cells, settings);
  const curves = await summariseCurves(cells, settings);
  const pace = paceOfAll(manifest.passes ?? []);
  const summary: Summary = {
    schemaVersion: SCHEMA_VERSION,
    maskbenchVersion: manifest.maskbenchVersion,
    name: manifest.name,
    createdAt: manifest.createdAt,
    device: {
      ...deviceOf(settings, manifest),
      ...(devices.length > 1 ? { devices } : {}),
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
    models: settings.models.map(({ spec, sha256, version, bytes }) => ({
      name: spec.name,
      title: spec.title ?? spec.name,
      sha256,
      ...(version === undefined ? {} : { version }),
      bytes,
      licence: spec.licence ?? null,
      trainedOn: spec.trainedOn,
      ...(spec.selectedOn.length === 0 ? {} : { selectedOn: spec.selectedOn }),
      ...serviceOf(services, spec.name),
      timing: timings.models.get(spec.name) ?? null,
    })),
    datasets: settings.datasets.map(({ name, spec, fingerprint, samples, problems, tags, drawn }) => ({
      name,
      title: spec.title ?? name,
      fingerprint,
      samples,
      problems,
      tags,
      ...chosenImagesOf(settings, { drawn }),
    })),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(manifest.mixed === undefined ? {} : { mixed: manifest.mixed }),
    ...(await summariseAccuracy(cells, settings, metrics)),
    intervals: INTERVALS,
    thresholds: thresholdRows(curves),
    timing: timings.rows,
    ...(timings.slowness.length === 0 ? {} : { slowness: timings.slowness }),
    ...(otherKinds.length === 0 ? {} : { otherKinds }),
    ...(scenarios.length === 0 ? {} : { scenarios }),
    published: await publishedFor(settings),
    ...(pace === undefined ? {} : { pace }),
  };
  return { summary, curves };
}

function serviceOf(
  services: ReadonlyMap<string, ServiceSummary>,
  name: string,
): { readonly service?: ServiceSummary } {
  const service = services.get(name);
  return service === undefined ? {} : { service };
}

const publishedSchema = z.strictObject({
  source: z.string(),
  figures: z.array(
    z.strictObject({
      model: z.string(),
      metric: z.string(),
      on: z.string(),
      datasets: z.array(z.string()),
      value: z.number(),
    }),
  ),
});

/** The published figures of the networks that a run's models are (their spec's `publishedAs`), on datasets that it has. */
async function publishedFor({ models, datasets }: RunSettings): Promise<readonly PublishedFigure[]> {
  const { source, figures } = await readYamlFile(
    join(PACKAGE_ROOT, 'configs', 'published.yaml'),
    publishedSchema,
  );
  const names = new Set(datasets.map(({ name }) => name));
  const shown = new Set<string>();
  return models.flatMap(({ spec }) => {
    const network = spec.publishedAs;
    if (network === undefined || shown.has(network)) return [];
    shown.add(network);
    return figures
      .filter((figure) => figure.model === network && figure.datasets.every((name) => names.has(name)))
      .map((f) => ({ ...f, beside: spec.name, source }));
  });
}

function deviceOf(
  { device }: Pick<RunSettings, 'device'>,
  { environment, hardware }: Pick<Manifest, 'environment' | 'hardware'>,
): DeviceSummary {
  const { devices: _named, ...own } = hardware ?? {};
  return {
    request: device,
    cpu: environment.cpu,
    cores: environment.cores,
    memoryBytes: environment.memoryBytes,
    os: environment.os,
    software: {
      node: environment.node,
      'onnxruntime-node': environment.onnxruntime,
      sharp: environment.sharp,
    },
    ...own,
  };
}

/** What each device did: those that the run was begun on, and others that it went on on. */
function devicesOf(
  named: NonNullable<Hardware['devices']>,
  counts: ReadonlyMap<string, number>,
  request: string,
): NonNullable<Summary['device']['devices']> {
  const byDevice = new Map([...counts].map(([device, cells]) => [device || request, cells]));
  const others = [...byDevice.keys()].filter((device) => named.every((one) => one.device !== device));
  return [...named, ...others.map((device) => ({ device }))].map((one) => ({
    ...one,
    cells: byDevice.get(one.device) ?? 0,
  }));
}

/** The times on every kind of device but the first one, and on machines of other kinds. */
async function summariseOtherKinds(
  folder: RunFolder,
  manifest: Manifest,
): Promise<NonNullable<Summary['otherKinds']>> {
  const { settings, timedElsewhere = [] } = manifest;
  const [, ...here] = kindsOfDevices(manifest);
  const elsewhere = timedElsewhere.map((machine) => ({
    device: machine.device,
    on: deviceOf(settings, machine),
  }));
  return Promise.all(
    [...here.map((device) => ({ device })), ...elsewhere].map(async (kind) => {
      const { models, rows, slowness } = await summariseTimings(folder, settings, kind.device);
      return {
        ...kind,
        models: settings.models.map(({ spec: { name } }) => ({
          name,
          timing: models.get(name) ?? null,
        })),
        timing: rows,
        ...(slowness.length === 0 ? {} : { slowness }),
      };
    }),
  );
}

/** What every scenario came to, by model in the order of the run; of one that was tried again the last result. */
async function summariseScenarios(
  folder: RunFolder,
  { models }: RunSettings,
): Promise<readonly ScenarioSummary[]> {
  const results = new Map<string, ScenarioSummary>();
  for await (const { key, result } of readRecords(folder, 'scenarios')) results.set(key, result);
  return models.flatMap(({ spec }) => [...results.values()].filter(({ model }) => model === spec.name));
}

/** Means over images of precision, recall, F and IoU at the 256 thresholds, by model, dataset and protocol. */
export async function summariseCurves(
  cells: Cells,
  settings: RunSettings,
): Promise<readonly CurvesOfCells[]> {
  const { models, datasets, scoring } = settings;
  const readings = protocolsOf(scoring.protocols).flatMap(({ curves }) => curves ?? []);
  if (readings.length === 0) return [];
  const tally = tallyCurves(readings, scoring);
  for await (const { model, dataset, histogram } of cells.scores())
    if (histogram !== undefined) tally.add({ model, dataset }, histogram);
  return models.flatMap(({ spec }) =>
    datasets.flatMap(({ name }) =>
      tally.of({ model: spec.name, dataset: name }).map((of) => ({
        model: spec.name,
        dataset: name,
        signature: signatureOf(of.protocol, scoring, {
          ...truthsInSignature(settings),
          aggregate: 'mean',
        }),
        ...of,
      })),
    ),
  );
}

/** What the threshold in use costs against the best one. */
export function thresholdRows(curves: readonly CurvesOfCells[]): readonly ThresholdRow[] {
  return curves.flatMap((of) => {
    const row = bestThreshold(of);
    const { model, dataset, images } = of;
    return row === undefined ? [] : [{ model, dataset, images, ...row }];
  });
}
