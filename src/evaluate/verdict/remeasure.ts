import type { RemeasuredPhase, RemeasuredRound } from '../../core/comparison.js';
import { TIMED_PHASES, type TimedPhase } from '../../core/summary.js';
import { timeModel, type ModelTiming, type TimingRequest } from '../../runners/time-model.js';
import { medianOf } from '../../stats/quantile.js';
import { ratioOfMedians, type RatioInterval } from '../../stats/ratio-of-medians.js';
import type { LatencyRule } from './gate.js';
import { watchMachine } from './machine-conditions.js';
import { geometricMean } from './stored-latency.js';
import { millisecondsOf } from './stored-times.js';

export interface RemeasureRequest {
  readonly baseline: TimingRequest['load'];
  readonly candidate: TimingRequest['load'];
  /** Timed by both sides in every process. */
  readonly images: readonly { readonly key: string; readonly path: string }[];
  readonly measure: LatencyRule['measure'];
  /** Of the one-sided bounds, above 0.5. */
  readonly level: number;
  readonly signal: AbortSignal;
  onProcess?(done: number, total: number): void;
  /** How one process is timed; by default in a process indeed. */
  readonly time?: (request: TimingRequest) => Promise<ModelTiming>;
  /** Watches the machine meanwhile. */
  readonly watch?: typeof watchMachine;
}

/** A round, and the median over its processes of their peak memory; null where the system does not tell. */
export interface Remeasured {
  readonly round: RemeasuredRound;
  readonly peakRssBytes: { readonly baseline: number; readonly candidate: number } | null;
}

type Side = 'baseline' | 'candidate';

/**
 * Times two models against each other: fresh processes in the order A B B A, again and again, so that a machine that
 * grows slower or faster does so for both. The process is the unit: its median is one observation, and the ratio of
 * the sides' medians has an interval over processes.
 *
 * @throws MaskbenchError why a process could not do it, or `cancelled`.
 */
export async function remeasure(
  request: RemeasureRequest,
  purpose: RemeasuredRound['purpose'] = 'measurement',
): Promise<Remeasured> {
  const { measure, images, level, signal, onProcess, time = timeModel, watch = watchMachine } = request;
  const order = interleaved(measure.processes);
  const timings: Record<Side, ModelTiming[]> = { baseline: [], candidate: [] };
  const conditions = watch();
  for (const [done, side] of order.entries()) {
    onProcess?.(done, order.length);
    const timing = { images, warmup: measure.warmup, rounds: measure.rounds };
    timings[side].push(await time({ load: request[side], timing, signal, onTimed: () => undefined }));
  }
  onProcess?.(order.length, order.length);
  const phases = TIMED_PHASES.map((phase) => ratioOf(phase, timings, level));
  return {
    round: {
      purpose,
      processes: [timings.baseline.length, timings.candidate.length],
      inferencesEach: images.length * measure.rounds,
      phases,
      conditions: conditions(),
    },
    peakRssBytes: peaks(timings),
  };
}

/** A B B A A B B A ...: `processes` of each side. */
export function interleaved(processes: number): readonly Side[] {
  return Array.from({ length: processes * 2 }, (_, i) =>
    i % 4 === 0 || i % 4 === 3 ? 'baseline' : 'candidate',
  );
}

function ratioOf(
  phase: TimedPhase,
  timings: Readonly<Record<Side, readonly ModelTiming[]>>,
  level: number,
): RemeasuredPhase {
  const mediansOf = (side: Side): number[] =>
    timings[side].map(({ samples }) => medianOf(samples.map(({ phases }) => millisecondsOf(phases, phase))));
  const processesMs = { baseline: mediansOf('baseline'), candidate: mediansOf('candidate') };
  const [baselineMs, candidateMs] = [
    geometricMean(processesMs.baseline),
    geometricMean(processesMs.candidate),
  ];
  const bounds = ratioInterval(processesMs, level);
  return {
    phase,
    baselineMs,
    candidateMs,
    ratio: bounds?.estimate ?? candidateMs / baselineMs,
    lower: bounds?.lower ?? null,
    upper: bounds?.upper ?? null,
    level: 2 * level - 1,
    processesMs,
  };
}

/**
 * The interval of the ratio of two sides' medians from the medians of their processes; both ends are one-sided bounds
 * of the level given. Null where a phase took no measurable time in some process.
 */
export function ratioInterval(
  { baseline, candidate }: RemeasuredPhase['processesMs'],
  level: number,
): RatioInterval | null {
  if (![...baseline, ...candidate].every((ms) => ms > 0)) return null;
  const single = (medians: readonly number[]): number[][] => medians.map((ms) => [ms]);
  const interval = ratioOfMedians(single(baseline), single(candidate), { level: 2 * level - 1 });
  return interval.kind === 'none' ? null : interval;
}

function peaks(timings: Readonly<Record<Side, readonly ModelTiming[]>>): Remeasured['peakRssBytes'] {
  const median = (side: Side): number | null => {
    const known = timings[side].flatMap(({ peakRssBytes }) => peakRssBytes ?? []);
    return known.length < timings[side].length ? null : medianOf(known);
  };
  const [baseline, candidate] = [median('baseline'), median('candidate')];
  return baseline === null || candidate === null ? null : { baseline, candidate };
}
