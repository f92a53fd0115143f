import { mean } from 'simple-statistics';
import { sealOf, UNCHECKED, type Seal } from '../schema/seal.js';
import {
  TIMED_PHASES,
  type ModelTimingSummary,
  type PhaseSummary,
  type SlownessSummary,
  type TimedPhase,
} from '../schema/timing-summary.js';
import type { TimingRow } from '../schema/summary.js';
import type { RunSettings } from '../store/manifest.js';
import type { RunFolder } from '../store/run-folder.js';
import { summariseSlowness } from './timing/summarise-slowness.js';
import { summarisePass } from './timing/summarise-pass.js';
import { summarisePhase } from './timing/summarise-phase.js';
import { millisecondsOf } from '../store/stored-times.js';
import { readTimedSeries, type TimedSeries } from '../store/timed-series.js';
import type { SampleRecord } from '../store/timing-record.js';

export interface TimingsSummary {
  readonly rows: readonly TimingRow[];
  readonly models: ReadonlyMap<string, ModelTimingSummary>;
  readonly slowness: readonly SlownessSummary[];
}

/** The times of every model's last complete series, per dataset and over datasets. */
export async function summariseTimings(folder: RunFolder, settings: RunSettings): Promise<TimingsSummary> {
  const series = await readTimedSeries(folder);
  const models = new Map<string, ModelTimingSummary>();
  const rows: TimingRow[] = [];
  const timed = new Map<string, readonly SampleRecord[]>();
  for (const { spec } of settings.models) {
    const own = series.get(spec.name);
    if (own === undefined) continue;
    models.set(spec.name, summariseModel(own));
    rows.push(...rowsOf(own, settings));
    if (own.model.measuredElsewhere !== true) timed.set(spec.name, own.samples);
  }
  return { rows, models, slowness: await summariseSlowness(folder, timed) };
}

function summariseModel({ model, samples, readings }: TimedSeries): ModelTimingSummary {
  const {
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
    inferenceAloneMs,
    measuredElsewhere,
    pass,
  } = model;
  return {
    loadMs,
    firstInferenceMs,
    warmup,
    threads,
    peakRssBytes,
    ...(inferenceAloneMs === undefined ? {} : { inferenceAlone: summarisePhase(inferenceAloneMs) }),
    ...(measuredElsewhere === true ? { measuredElsewhere } : {}),
    ...(pass === undefined ? {} : { pass: summarisePass(pass, samples.length, readings) }),
  };
}

/** A row a dataset in the order of the run, and one over all of them. */
function rowsOf(
  { model: { model, pass }, samples }: TimedSeries,
  { datasets }: RunSettings,
): readonly TimingRow[] {
  const seal = pass === undefined ? UNCHECKED : sealOf(pass.parts);
  const groups = datasets.flatMap(({ name }) => {
    const timed = samples.filter(({ dataset }) => dataset === name);
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
