import { mean, medianSorted } from 'simple-statistics';
import {
  TIMED_PHASES,
  type ModelTimingSummary,
  type PhaseSummary,
  type TimedPhase,
  type TimingRow,
} from '../core/summary.js';
import { predictMs, type PhaseTimes } from '../runners/phases.js';
import { readJsonl } from './jsonl.js';
import type { RunSettings } from './manifest.js';
import type { TimingRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

export interface TimingsSummary {
  readonly rows: readonly TimingRow[];
  readonly models: ReadonlyMap<string, ModelTimingSummary>;
}

/** The times of every model's last complete series, per dataset and over datasets. */
export async function summariseTimings(folder: RunFolder, settings: RunSettings): Promise<TimingsSummary> {
  const models = new Map<string, ModelTimingSummary>();
  const lastSeries = new Map<string, string>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind !== 'model') continue;
    const { loadMs, firstInferenceMs, warmup, threads, peakRssBytes } = record;
    models.set(record.model, { loadMs, firstInferenceMs, warmup, threads, peakRssBytes });
    lastSeries.set(record.model, record.series);
  }
  const groups = new Map<string, Timed[]>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind !== 'sample' || lastSeries.get(record.model) !== record.series) continue;
    const key = JSON.stringify([record.model, record.dataset]);
    const group = groups.get(key) ?? [];
    group.push({ id: record.id, phases: record.phases });
    groups.set(key, group);
  }
  const rows = settings.models.flatMap(({ spec }) => {
    const perDataset = settings.datasets.flatMap(
      ({ name }): { readonly row: TimingRow; readonly timed: Timed[] }[] => {
        const timed = groups.get(JSON.stringify([spec.name, name]));
        return timed === undefined ? [] : [{ row: toRow(spec.name, name, timed), timed }];
      },
    );
    const all = perDataset.flatMap(({ timed }) => timed);
    if (all.length === 0) return [];
    const overall = {
      ...toRow(spec.name, null, all),
      phases: meanPhases(
        perDataset.map(({ row }) => row),
        all,
      ),
    };
    return [...perDataset.map(({ row }) => row), overall];
  });
  return { rows, models };
}

interface Timed {
  readonly id: string;
  readonly phases: PhaseTimes;
}

function toRow(model: string, dataset: string | null, timed: readonly Timed[]): TimingRow {
  const phases = TIMED_PHASES.map((phase): [TimedPhase, PhaseSummary] => [phase, summary(timed, phase)]);
  return {
    model,
    dataset,
    images: new Set(timed.map(({ id }) => id)).size,
    n: timed.length,
    phases: Object.fromEntries(phases) as Record<TimedPhase, PhaseSummary>,
  };
}

function meanPhases(rows: readonly TimingRow[], all: readonly Timed[]): TimingRow['phases'] {
  const phases = TIMED_PHASES.map((phase): [TimedPhase, PhaseSummary] => [
    phase,
    { ...summary(all, phase), mean: mean(rows.map((row) => row.phases[phase].mean)) },
  ]);
  return Object.fromEntries(phases) as Record<TimedPhase, PhaseSummary>;
}

function summary(timed: readonly Timed[], phase: TimedPhase): PhaseSummary {
  const values = timed.map(({ phases }) => millisecondsOf(phases, phase)).sort((a, b) => a - b);
  return { mean: mean(values), p50: medianSorted(values), min: values[0], max: values[values.length - 1] };
}

function millisecondsOf(phases: PhaseTimes, phase: TimedPhase): number {
  return phase === 'predict' ? predictMs(phases) : phases[`${phase}Ms`];
}
