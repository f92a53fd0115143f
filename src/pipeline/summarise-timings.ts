import { mean, sampleStandardDeviation } from 'simple-statistics';
import { groupBy } from '../core/group.js';
import { summariseEnergy } from '../schema/energy.js';
import { type Seal, sealOf, UNCHECKED } from '../schema/seal.js';
import {
  type GpuConditionsSummary,
  type ModelTimingSummary,
  type PhaseSummary,
  type SlownessSummary,
  scopeOf,
  TIME_SCOPES,
  TIMED_PHASES,
  type TimedPhase,
  type TimeScope,
  type TimingPassSummary,
} from '../schema/timing-summary.js';
import type { TimingRow } from '../schema/summary.js';
import type { RunSettings } from '../store/manifest.js';
import type { RunFolder } from '../store/run-folder.js';
import { summariseSlowness } from './timing/slowness.js';
import { millisecondsOf } from '../store/stored-times.js';
import { readTimedSeries, type TimedSeries } from '../store/timed-series.js';
import type { PassRecord, SampleRecord } from '../store/timing-record.js';
import type { GpuReading } from '../runners/onnx/devices/nvidia-watch.js';
import { intervalOfTurns } from '../stats/interval-of-turns.js';
import { quantileInterval, valuesForPercentile } from '../stats/order-statistics.js';
import { quantilesOfSorted } from '../stats/quantile.js';

interface TimingsSummary {
  readonly rows: readonly TimingRow[];
  readonly models: ReadonlyMap<string, ModelTimingSummary>;
  readonly slowness: readonly SlownessSummary[];
}

/**
 * The times of every model's last complete series of each scope, the narrowest first, per dataset and over datasets.
 *
 * @param device of several kinds of devices one; by default the first
 */
export async function summariseTimings(
  folder: RunFolder,
  settings: RunSettings,
  device?: string,
): Promise<TimingsSummary> {
  const series = await readTimedSeries(folder, device);
  const models = new Map<string, ModelTimingSummary>();
  const rows: TimingRow[] = [];
  const timed = new Map<string, readonly SampleRecord[]>();
  for (const { spec } of settings.models) {
    const own = series
      .filter(({ model }) => model.model === spec.name)
      .sort((a, b) => TIME_SCOPES.indexOf(scopeOf(a.model)) - TIME_SCOPES.indexOf(scopeOf(b.model)));
    const [first, ...wider] = own;
    if (first === undefined) continue;
    models.set(spec.name, {
      ...summariseModel(first),
      ...(wider.length === 0 ? {} : { wider: wider.map(summariseModel) }),
    });
    rows.push(...own.flatMap((one) => rowsOf(one, settings)));
    if (first.model.measuredElsewhere !== true && scopeOf(first.model) !== 'service')
      timed.set(spec.name, first.samples);
  }
  return { rows, models, slowness: await summariseSlowness(folder, timed) };
}

function summariseModel({ model, samples, readings }: TimedSeries): ModelTimingSummary {
  const {
    scope,
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
    ...(scope === undefined ? {} : { scope }),
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

/** A row per dataset in the order of the run, and one over all of them. */
function rowsOf(
  { model: { model, scope, pass }, samples }: TimedSeries,
  { datasets }: RunSettings,
): readonly TimingRow[] {
  const seal = pass === undefined ? UNCHECKED : sealOf(pass.parts);
  const groups = datasets.flatMap(({ name }) => {
    const timed = samples.filter(({ dataset }) => dataset === name);
    return timed.length === 0 ? [] : [{ name, timed }];
  });
  const perDataset = groups.map(({ name, timed }) => toRow({ model, dataset: name, scope }, timed, seal));
  const all = groups.flatMap(({ timed }) => timed);
  if (all.length === 0) return [];
  const overall = toRow({ model, dataset: null, scope }, all, seal);
  return [...perDataset, { ...overall, phases: meanPhases(perDataset, overall.phases) }];
}

function toRow(
  of: Pick<TimingRow, 'model' | 'dataset'> & { readonly scope: TimeScope | undefined },
  timed: readonly SampleRecord[],
  seal: Seal,
): TimingRow {
  const { model, dataset, scope } = of;
  const images = [
    ...new Map(timed.map((sample) => [JSON.stringify([sample.dataset, sample.id]), sample])).values(),
  ];
  const phases = TIMED_PHASES.map((phase): [TimedPhase, PhaseSummary] => [
    phase,
    // Of decoded pictures each was decoded once, whatever the number of its predictions, each of which has that time.
    phase === 'decode' && scopeOf(of) === 'predict'
      ? decodePhase(images)
      : phaseOverTurns(timed, (times) => millisecondsOf(times, phase)),
  ]);
  return {
    model,
    dataset,
    ...(scope === undefined ? {} : { scope }),
    images: images.length,
    n: timed.length,
    outliers: timed.filter(({ outlier }) => outlier === true).length,
    phases: Object.fromEntries(phases) as Record<TimedPhase, PhaseSummary>,
    ...networksOf(timed),
    seal,
  };
}

function networksOf(timed: readonly SampleRecord[]): Pick<TimingRow, 'networks'> {
  const both = timed.filter(({ phases }) => phases.encoderMs !== undefined && phases.decoderMs !== undefined);
  if (both.length === 0) return {};
  const [encoder, decoder] = (['encoderMs', 'decoderMs'] as const).map((part) =>
    phaseOverTurns(both, (phases) => phases[part] ?? 0),
  );
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

/** What a report says of how a model was timed. */
function summarisePass(
  pass: PassRecord,
  predictions: number,
  readings: readonly GpuReading[],
): TimingPassSummary {
  const { profile, attempt, together, passes, warmUpMs, proof, windows, gpuMemoryBytes, parts } = pass;
  const { copies, gpuMemoryBy, energy } = pass;
  const { durationMs, foreignCpu, steal, pressure, load, clockSources } = pass.during;
  return {
    profile,
    attempt,
    together,
    passes,
    warmUpMs,
    placement: proof,
    windows,
    cpuMsEach: pass.cpuMs / Math.max(1, predictions),
    involuntarySwitchesPerSecond: pass.involuntarySwitches / Math.max(1e-3, durationMs / 1000),
    gpuMemoryBytes,
    ...(copies === undefined ? {} : { copies }),
    ...(gpuMemoryBy === undefined ? {} : { gpuMemoryBy }),
    ...(energy === undefined ? {} : { energy: summariseEnergy(energy, predictions) }),
    conditions: { durationMs, foreignCpu, steal, pressure, load, clockSources, governors: pass.governors },
    gpu: readings.length === 0 ? null : summariseReadings(readings),
    parts,
  };
}

function summariseReadings(readings: readonly GpuReading[]): GpuConditionsSummary {
  const rangeOf = (of: (reading: GpuReading) => number | null): readonly [number, number] | null => {
    const told = readings.flatMap((reading) => of(reading) ?? []);
    return told.length === 0 ? null : [Math.min(...told), Math.max(...told)];
  };
  return {
    readings: readings.length,
    temperatureC: rangeOf(({ temperatureC }) => temperatureC),
    powerW: rangeOf(({ powerW }) => powerW),
    smClockMhz: rangeOf(({ smClockMhz }) => smClockMhz),
    limits: [...new Set(readings.flatMap(({ limits }) => limits.map(({ reason }) => reason)))],
  };
}

/** Percentiles that are told only where there are enough values for them. */
const PERCENTILES = [
  { name: 'p90', p: 0.9, needed: valuesForPercentile(0.9) },
  { name: 'p95', p: 0.95, needed: valuesForPercentile(0.95) },
  { name: 'p99', p: 0.99, needed: valuesForPercentile(0.99) },
] as const;

/** The times of one phase, milliseconds in any order; at least one. */
export function summarisePhase(ms: readonly number[]): PhaseSummary {
  const sorted = [...ms].sort((a, b) => a - b);
  const enough = PERCENTILES.filter(({ needed }) => sorted.length >= needed);
  const [p50, ...high] = quantilesOfSorted(sorted, [0.5, ...enough.map(({ p }) => p)]);
  return {
    mean: mean(sorted),
    sd: sorted.length < 2 ? null : sampleStandardDeviation(sorted),
    p50,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    ...Object.fromEntries(enough.map(({ name }, i) => [name, high[i]])),
  };
}

/** Each image is decoded once, by itself: the images are the units of the median's interval. */
function decodePhase(images: readonly SampleRecord[]): PhaseSummary {
  const ms = images.map(({ phases }) => millisecondsOf(phases, 'decode'));
  const interval = quantileInterval(ms, 0.5);
  return {
    ...summarisePhase(ms),
    ...(interval.kind === 'interval' ? { p50Interval: [interval.lower, interval.upper] as const } : {}),
  };
}

/**
 * How far processes of one model lie apart that are timed alike, as the standard deviation of the logarithm. A pass has one
 * process a model, and cannot show it; measured in docs/timing.md.
 */
const BETWEEN_PROCESSES = 0.03;

/** A phase of predictions, with the interval of its median over turns where the records say which turn each was in. */
export function phaseOverTurns(
  timed: readonly Pick<SampleRecord, 'phases' | 'turn'>[],
  of: (phases: SampleRecord['phases']) => number,
): PhaseSummary {
  const summary = summarisePhase(timed.map(({ phases }) => of(phases)));
  if (timed.some(({ turn }) => turn === undefined)) return summary;
  const byTurn = groupBy(timed, ({ turn }) => String(turn));
  const turns = [...byTurn.values()].map((own) => own.map(({ phases }) => of(phases)));
  const ends = intervalOfTurns(summary.p50, turns, { betweenProcesses: BETWEEN_PROCESSES });
  return { ...summary, ...(ends === null ? {} : { p50Interval: [ends.lower, ends.upper] as const }) };
}
