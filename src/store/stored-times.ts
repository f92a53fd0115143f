import { groupBy } from '../core/group.js';
import { medianSorted } from 'simple-statistics';
import { z } from 'zod';
import { figure, orNull, text, type Document } from '../schema/basics.js';
import { energySummary, summariseEnergy } from '../schema/energy.js';
import { sealOf, sealSchema, UNCHECKED } from '../schema/seal.js';
import { TIMED_PHASES, timedPhase, type TimedPhase } from '../schema/timing-summary.js';
import { predictMs, type PhaseTimes } from '../runners/phases.js';
import type { RunFolder } from './run-folder.js';
import { readTimedSeries } from './timed-series.js';
import type { SampleRecord } from './timing-record.js';

/** What the timing pass of a run left behind about one model: one process, its images' median times. */
export const storedTimes = z.object({
  threads: figure,
  loadMs: figure,
  firstInferenceMs: figure,
  peakRssBytes: orNull(figure),
  seal: sealSchema,
  /** Absent where nobody counted (0.2 and before). */
  energy: z.exactOptional(energySummary),
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
export type StoredTimes = Document<typeof storedTimes>;
export type ImageTimes = StoredTimes['images'][number];

/** The last complete series of every model, in the order of the file. */
export async function loadStoredTimes(folder: RunFolder): Promise<ReadonlyMap<string, StoredTimes>> {
  return new Map(
    [...(await readTimedSeries(folder))].map(([name, { model, samples }]) => {
      const { threads, loadMs, firstInferenceMs, peakRssBytes, pass } = model;
      const seal = pass === undefined ? UNCHECKED : sealOf(pass.parts);
      const counted = pass?.energy && summariseEnergy(pass.energy, samples.length);
      return [
        name,
        {
          threads,
          loadMs,
          firstInferenceMs,
          peakRssBytes,
          seal,
          ...(counted === undefined ? {} : { energy: counted }),
          images: imagesOf(samples),
        },
      ];
    }),
  );
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
