import { mean } from 'simple-statistics';
import { sealOf, UNCHECKED, type Seal } from '../schema/seal.js';
import {
  TIMED_PHASES,
  type ModelTimingSummary,
  type PhaseSummary,
  type TimedPhase,
  type TimingRow,
} from '../schema/summary.js';
import type { SlownessSummary } from '../schema/timing-summary.js';
import type { GpuReading } from '../runners/onnx/devices/nvidia-watch.js';
import { predictMs, type PhaseTimes } from '../runners/phases.js';
import { readJsonl } from '../core/jsonl.js';
import type { RunSettings } from '../store/manifest.js';
import type { TimingRecord } from '../store/records.js';
import type { RunFolder } from '../store/run-folder.js';
import { summariseSlowness } from './timing/summarise-slowness.js';
import { summarisePass } from './timing/summarise-pass.js';
import { summarisePhase } from './timing/summarise-phase.js';
import type { ModelRecord, SampleRecord } from '../store/timing-record.js';

export interface TimingsSummary {
  readonly rows: readonly TimingRow[];
  readonly models: ReadonlyMap<string, ModelTimingSummary>;
  readonly slowness: readonly SlownessSummary[];
}

/** The times of every model's last complete series, per dataset and over datasets. */
export async function summariseTimings(folder: RunFolder, settings: RunSettings): Promise<TimingsSummary> {
  const records = new Map<string, ModelRecord>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind === 'model') records.set(record.model, record);
  }
  const lastSeries = new Set([...records.values()].map(({ series }) => series));
  const samples = new Map<string, SampleRecord[]>();
  const readings = new Map<string, GpuReading[]>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind === 'sample' && lastSeries.has(record.series)) push(samples, record.series, record);
    if (record.kind === 'gpu' && lastSeries.has(record.series)) push(readings, record.series, record);
  }
  const models = new Map<string, ModelTimingSummary>();
  const rows: TimingRow[] = [];
  const timed = new Map<string, readonly SampleRecord[]>();
  for (const { spec } of settings.models) {
    const record = records.get(spec.name);
    if (record === undefined) continue;
    const own = samples.get(record.series) ?? [];
    models.set(spec.name, summariseModel(record, own.length, readings.get(record.series) ?? []));
    rows.push(...rowsOf(record, own, settings));
    if (record.measuredElsewhere !== true) timed.set(spec.name, own);
  }
  return { rows, models, slowness: await summariseSlowness(folder, timed) };
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key) ?? [];
  groups.set(key, group);
  group.push(item);
}

function summariseModel(
  record: ModelRecord,
  predictions: number,
  readings: readonly GpuReading[],
): ModelTimingSummary {
  const {
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
    inferenceAloneMs,
    measuredElsewhere,
    pass,
  } = record;
  return {
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
    ...(inferenceAloneMs === undefined ? {} : { inferenceAlone: summarisePhase(inferenceAloneMs) }),
    ...(measuredElsewhere === true ? { measuredElsewhere } : {}),
    ...(pass === undefined ? {} : { pass: summarisePass(pass, predictions, readings) }),
  };
}

/** A row a dataset in the order of the run, and one over all of them. */
function rowsOf(
  { model, pass }: ModelRecord,
  own: readonly SampleRecord[],
  { datasets }: RunSettings,
): readonly TimingRow[] {
  const seal = pass === undefined ? UNCHECKED : sealOf(pass.parts);
  const groups = datasets.flatMap(({ name }) => {
    const timed = own.filter(({ dataset }) => dataset === name);
    return timed.length === 0 ? [] : [{ name, timed }];
  });
  const perDataset = groups.map(({ name, timed }) => toRow(model, name, timed, seal));
  const all = groups.flatMap(({ timed }) => timed);
  if (all.length === 0) return [];
  const overall = toRow(model, null, all, seal);
  return [...perDataset, { ...overall, phases: meanPhases(perDataset, overall.phases) }];
}

function toRow(model: string, dataset: string | null, timed: readonly SampleRecord[], seal: Seal): TimingRow {
  const phases = TIMED_PHASES.map((phase): [TimedPhase, PhaseSummary] => [
    phase,
    summarisePhase(timed.map((sample) => millisecondsOf(sample.phases, phase))),
  ]);
  return {
    model,
    dataset,
    images: new Set(timed.map((sample) => JSON.stringify([sample.dataset, sample.id]))).size,
    n: timed.length,
    outliers: timed.filter(({ outlier }) => outlier === true).length,
    phases: Object.fromEntries(phases) as Record<TimedPhase, PhaseSummary>,
    ...networksOf(timed),
    seal,
  };
}

function networksOf(timed: readonly SampleRecord[]): Pick<TimingRow, 'networks'> {
  const both = timed.flatMap(({ phases: { encoderMs, decoderMs } }) =>
    encoderMs === undefined || decoderMs === undefined ? [] : [{ encoderMs, decoderMs }],
  );
  if (both.length === 0) return {};
  const encoder = summarisePhase(both.map(({ encoderMs }) => encoderMs));
  const decoder = summarisePhase(both.map(({ decoderMs }) => decoderMs));
  return { networks: { encoder, decoder } };
}

/** As the post averages: every dataset weighs the same. */
function meanPhases(rows: readonly TimingRow[], all: TimingRow['phases']): TimingRow['phases'] {
  const phases = TIMED_PHASES.map((phase): [TimedPhase, PhaseSummary] => [
    phase,
    { ...all[phase], mean: mean(rows.map((row) => row.phases[phase].mean)) },
  ]);
  return Object.fromEntries(phases) as Record<TimedPhase, PhaseSummary>;
}

function millisecondsOf(phases: PhaseTimes, phase: TimedPhase): number {
  return phase === 'predict' ? predictMs(phases) : phases[`${phase}Ms`];
}
