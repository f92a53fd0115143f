import { medianSorted } from 'simple-statistics';
import { sealOf, UNCHECKED, type Seal } from '../schema/seal.js';
import { TIMED_PHASES, type TimedPhase } from '../schema/summary.js';
import { predictMs, type PhaseTimes } from '../runners/phases.js';
import { readJsonl } from '../core/jsonl.js';
import type { TimingRecord } from './records.js';
import type { RunFolder } from './run-folder.js';

/** What the timing pass of a run left behind about one model: one process, its images' median times. */
export interface StoredTimes {
  readonly threads: number;
  readonly loadMs: number;
  readonly firstInferenceMs: number;
  readonly peakRssBytes: number | null;
  readonly seal: Seal;
  readonly images: readonly ImageTimes[];
}

export interface ImageTimes {
  readonly dataset: string;
  readonly id: string;
  /** Timed predictions. */
  readonly n: number;
  /** Median milliseconds. */
  readonly ms: Readonly<Record<TimedPhase, number>>;
}

/** The last complete series of every model, in the order of the file. */
export async function loadStoredTimes(folder: RunFolder): Promise<ReadonlyMap<string, StoredTimes>> {
  const processes = new Map<string, Extract<TimingRecord, { kind: 'model' }>>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind === 'model') processes.set(record.model, record);
  }
  const images = new Map<string, Map<string, TimedImage>>();
  for await (const record of readJsonl<TimingRecord>(folder.timings)) {
    if (record.kind !== 'sample' || processes.get(record.model)?.series !== record.series) continue;
    const { model, dataset, id, phases } = record;
    const own = images.get(model) ?? new Map<string, TimedImage>();
    images.set(model, own);
    const key = JSON.stringify([dataset, id]);
    const timed = own.get(key) ?? { dataset, id, phases: [] };
    own.set(key, timed);
    timed.phases.push(phases);
  }
  return new Map(
    [...processes].map(([model, { threads, loadMs, firstInferenceMs, peakRssBytes, pass }]) => [
      model,
      {
        threads,
        loadMs,
        firstInferenceMs,
        peakRssBytes,
        seal: pass === undefined ? UNCHECKED : sealOf(pass.parts),
        images: [...(images.get(model)?.values() ?? [])].map(toMedians),
      },
    ]),
  );
}

interface TimedImage {
  readonly dataset: string;
  readonly id: string;
  readonly phases: PhaseTimes[];
}

function toMedians({ dataset, id, phases }: TimedImage): ImageTimes {
  const ms = TIMED_PHASES.map((phase): [TimedPhase, number] => [
    phase,
    medianSorted(phases.map((times) => millisecondsOf(times, phase)).sort((a, b) => a - b)),
  ]);
  return { dataset, id, n: phases.length, ms: Object.fromEntries(ms) as ImageTimes['ms'] };
}

/** One phase of a timed prediction, in milliseconds. */
export function millisecondsOf(times: PhaseTimes, phase: TimedPhase): number {
  return phase === 'predict' ? predictMs(times) : times[`${phase}Ms`];
}
