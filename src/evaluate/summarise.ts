import type { Failure } from '../core/failure.js';
import { isDefined, type MetricValue } from '../core/metric-value.js';
import {
  SCHEMA_VERSION,
  type AccuracyRow,
  type CellFailure,
  type MetricMean,
  type Summary,
} from '../core/summary.js';
import { metricsOf } from '../metrics/registry.js';
import { signaturesOf } from '../metrics/signature.js';
import { scoreKey } from './cell-key.js';
import { readJsonl } from './jsonl.js';
import type { Manifest, RunModel, RunSettings } from './manifest.js';
import { publishedFor } from './published.js';
import type { PlanRecord, PredictionRecord, ScoreRecord } from './records.js';
import type { RunFolder } from './run-folder.js';
import { summariseTimings } from './summarise-timings.js';

/** Failed cells that a summary names one by one. */
const FAILURES_NAMED = 1000;

/**
 * What a run's files come to, in the order of its plan, so that two runs with the same cells have the same summary
 * whatever order the cells were done in. Every planned cell is counted once: scored, or failed with its reason.
 */
export async function summarise(folder: RunFolder, manifest: Manifest): Promise<Summary> {
  const { settings, environment } = manifest;
  const timings = await summariseTimings(folder, settings);
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
    },
    signatures: signaturesOf(settings.scoring.protocols, settings.scoring),
    models: settings.models.map(({ spec, sha256, bytes }) => ({
      name: spec.name,
      title: spec.title ?? spec.name,
      sha256,
      bytes,
      licence: spec.licence ?? null,
      trainedOn: spec.trainedOn,
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
    timing: timings.rows,
    published: await publishedFor(settings.models),
  };
}

type AccuracyParts = Pick<Summary, 'cells' | 'failures' | 'accuracy'>;

async function summariseAccuracy(folder: RunFolder, settings: RunSettings): Promise<AccuracyParts> {
  const ids = metricsOf(settings.scoring.protocols).map(({ meta }) => meta.id);
  const signatures = signaturesOf(settings.scoring.protocols, settings.scoring);
  const scores = await readScores(folder, ids);
  const predictionFailures = await readPredictionFailures(folder);
  const tallies = new Map<string, Tally>();
  const tallyOf = (model: string, dataset: string): Tally => {
    const key = JSON.stringify([model, dataset]);
    const known = tallies.get(key) ?? { scored: 0, failed: 0, sums: ids.map(() => ({ sum: 0, n: 0 })) };
    tallies.set(key, known);
    return known;
  };
  const failures: CellFailure[] = [];
  let failed = 0;
  const fail = (model: string, dataset: string, id: string, failure: Failure): void => {
    failed++;
    if (failures.length < FAILURES_NAMED) failures.push({ model, dataset, id, failure });
  };
  const names = settings.models.map(({ spec }) => spec.name);
  let planned = 0;
  for await (const record of readJsonl<PlanRecord>(folder.plan)) {
    planned += names.length;
    for (const model of names) {
      const tally = tallyOf(model, record.dataset);
      if (record.kind === 'problem') {
        tally.failed++;
        fail(model, record.dataset, record.id, record.failure);
        continue;
      }
      const key = record.cells[model];
      const score = scores.get(scoreKey(key, record.truthSha256, signatures));
      if (score instanceof Float64Array) add(tally, score);
      else {
        tally.failed++;
        fail(model, record.dataset, record.id, score ?? predictionFailures.get(key) ?? NOT_DONE);
      }
    }
  }
  const perDataset = settings.models.flatMap((model) =>
    settings.datasets.map((dataset) =>
      toRow(model, dataset.name, dataset.tags, ids, tallyOf(model.spec.name, dataset.name)),
    ),
  );
  const overall = names.map((model) =>
    meanOfDatasets(
      perDataset.filter((row) => row.model === model),
      ids,
    ),
  );
  return {
    cells: { planned, scored: planned - failed, failed },
    failures,
    accuracy: [...perDataset, ...overall],
  };
}

const NOT_DONE: Failure = { code: 'cancelled', message: 'not done yet; continue with --resume' };

interface Tally {
  scored: number;
  failed: number;
  readonly sums: { sum: number; n: number }[];
}

function add(tally: Tally, values: Float64Array): void {
  tally.scored++;
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    tally.sums[i].sum += value;
    tally.sums[i].n++;
  }
}

function toRow(
  { spec }: RunModel,
  dataset: string,
  tags: readonly string[],
  ids: readonly string[],
  { scored, failed, sums }: Tally,
): AccuracyRow {
  const leaked = spec.trainedOn.filter((tag) => tags.includes(tag));
  const metrics = ids.map((id, i): [string, MetricMean] => {
    const { sum, n } = sums[i];
    return [id, { mean: n === 0 ? null : sum / n, n, undefined: scored - n }];
  });
  return { model: spec.name, dataset, scored, failed, leaked, metrics: Object.fromEntries(metrics) };
}

/** As the post averages "across both datasets": every dataset weighs the same, however many images it has. */
function meanOfDatasets(rows: readonly AccuracyRow[], ids: readonly string[]): AccuracyRow {
  const metrics = ids.map((id): [string, MetricMean] => {
    const means = rows.map((row) => row.metrics[id].mean);
    const complete = means.every((mean) => mean !== null);
    const mean = complete ? means.reduce<number>((sum, value) => sum + (value ?? 0), 0) / means.length : null;
    const total = (field: 'n' | 'undefined'): number =>
      rows.reduce((sum, row) => sum + row.metrics[id][field], 0);
    return [id, { mean, n: total('n'), undefined: total('undefined') }];
  });
  return {
    model: rows[0].model,
    dataset: null,
    scored: rows.reduce((sum, row) => sum + row.scored, 0),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
    leaked: [...new Set(rows.flatMap((row) => row.leaked))],
    metrics: Object.fromEntries(metrics),
  };
}

/** By score key: the values in the order of `ids`, NaN standing for undefined, or why the cell has none. */
async function readScores(
  folder: RunFolder,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Float64Array | Failure>> {
  const scores = new Map<string, Float64Array | Failure>();
  for await (const record of readJsonl<ScoreRecord>(folder.scores)) {
    if (record.status === 'failed') scores.set(record.key, record.failure);
    else
      scores.set(
        record.key,
        Float64Array.from(ids, (id) => valueOf(record.metrics[id])),
      );
  }
  return scores;
}

function valueOf(value: MetricValue | undefined): number {
  return value !== undefined && isDefined(value) ? value : Number.NaN;
}

async function readPredictionFailures(folder: RunFolder): Promise<ReadonlyMap<string, Failure>> {
  const failures = new Map<string, Failure>();
  for await (const record of readJsonl<PredictionRecord>(folder.predictions)) {
    if (record.status === 'failed') failures.set(record.key, record.failure);
    else failures.delete(record.key);
  }
  return failures;
}
