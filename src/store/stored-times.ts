import { groupBy } from '../core/group.js';
import { medianSorted } from 'simple-statistics';
import { z } from 'zod';
import { figure, orNull, text, type Document } from '../schema/basics.js';
import { energySummary, summariseEnergy } from '../schema/energy.js';
import { sealOf, sealSchema, UNCHECKED } from '../schema/seal.js';
import {
  scopeOf,
  TIME_SCOPES,
  TIMED_PHASES,
  timedPhase,
  timeScope,
  type TimedPhase,
  type TimeScope,
} from '../schema/timing-summary.js';
import { predictMs, type PhaseTimes } from '../runners/phases.js';
import type { RunFolder } from './run-folder.js';
import { readTimedSeries, type TimedSeries } from './timed-series.js';
import type { SampleRecord } from './timing-record.js';

const timesOfScope = z.object({
  scope: z.exactOptional(timeScope),
  threads: figure,
  loadMs: figure,
  firstInferenceMs: figure,
  peakRssBytes: orNull(figure),
  seal: sealSchema,
  /** Absent where nobody counted (0.2 and before). */
  energy: z.exactOptional(energySummary),
  /** Of a service: what its answers say of it, by header. */
  told: z.exactOptional(z.record(text, z.array(text).readonly())),
  images: z
    .array(
      z.object({
        dataset: text,
        id: text,
        /** Timed predictions. */
        n: figure,
        /** Median milliseconds. */
        ms: z.record(timedPhase, figure),
      }),
    )
    .readonly(),
});

/** What the timing pass of a run left behind about one model: one process, its images' median times. */
export const storedTimes = timesOfScope.extend({
  /** The same of wider scopes than the first that it was timed in. */
  wider: z.exactOptional(z.array(timesOfScope).readonly()),
});
export type TimesOfScope = Document<typeof timesOfScope>;
export type StoredTimes = Document<typeof storedTimes>;
export type ImageTimes = StoredTimes['images'][number];

/** The last complete series of every model, in the order of the file. */
export async function loadStoredTimes(folder: RunFolder): Promise<ReadonlyMap<string, StoredTimes>> {
  const times = new Map<string, StoredTimes>();
  for (const series of await readTimedSeries(folder)) {
    const { model } = series.model;
    const own = timesIn(series);
    const first = times.get(model);
    if (first === undefined) times.set(model, own);
    else {
      const all = [first, ...(first.wider ?? []), own].sort((a, b) => widthOf(a) - widthOf(b));
      const [{ wider: _none, ...narrowest }, ...wider]: readonly StoredTimes[] = all;
      times.set(model, { ...narrowest, wider });
    }
  }
  return times;
}

const widthOf = (times: { readonly scope?: TimeScope }): number => TIME_SCOPES.indexOf(scopeOf(times));

function timesIn({ model, samples, told }: TimedSeries): TimesOfScope {
  const { threads, loadMs, firstInferenceMs, peakRssBytes, pass, scope } = model;
  const seal = pass === undefined ? UNCHECKED : sealOf(pass.parts);
  const counted = pass?.energy && summariseEnergy(pass.energy, samples.length);
  const own = {
    threads,
    loadMs,
    firstInferenceMs,
    peakRssBytes,
    seal,
    ...(counted === undefined ? {} : { energy: counted }),
    ...(told === undefined ? {} : { told }),
    images: imagesOf(samples),
  };
  return scope === undefined || scope === 'predict' ? own : { scope, ...own };
}

function imagesOf(samples: readonly SampleRecord[]): readonly ImageTimes[] {
  const images = groupBy(samples, ({ dataset, id }) => JSON.stringify([dataset, id]));
  return [...images.values()].map((own) => {
    const [{ dataset, id }] = own;
    const ms = TIMED_PHASES.map((phase): [TimedPhase, number] => [
      phase,
      medianSorted(own.map(({ phases }) => millisecondsOf(phases, phase)).sort((a, b) => a - b)),
    ]);
    return { dataset, id, n: own.length, ms: Object.fromEntries(ms) as ImageTimes['ms'] };
  });
}

/** One phase of a timed prediction, in milliseconds. */
export function millisecondsOf(times: PhaseTimes, phase: TimedPhase): number {
  return phase === 'predict' ? predictMs(times) : times[`${phase}Ms`];
}
